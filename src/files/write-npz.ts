import { encodeNpz } from '../formats/encode-npz.ts';
import type { NpyArray } from '../formats/npy.ts';
import { writeAtomically } from './write-atomically.ts';

/** Writes arrays by name, as numpy.savez does, whole or not at all. @throws UsageError if they are more than 4 GiB */
export function writeNpz(path: string, arrays: ReadonlyMap<string, NpyArray>): Promise<void> {
  const parts = encodeNpz(arrays);
  return writeAtomically(path, async (file) => {
    for (const part of parts) await file.write(part);
  });
}
