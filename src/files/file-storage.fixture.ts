import type { ExternalStorage } from '../graph/tensor.ts';
import { FileSource } from './file-source.ts';

/** A stretch of a file, for a tensor to be read from. @param offset first byte @param length number of bytes */
export function fileStorage(path: string, offset: number, length: number): ExternalStorage {
  return { kind: 'external', source: new FileSource(path), offset, length };
}
