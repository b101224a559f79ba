import type { Model } from '../graph/model.ts';
import { writeAtomically } from './write-atomically.ts';
import { type WriteOnnxOptions, writeOnnx } from './write-onnx.ts';

/**
 * Writes what an exporter made: a model as ONNX, bytes as they are.
 *
 * @throws UsageError if the place cannot be written
 */
export async function writeExport(
  made: Model | Uint8Array,
  path: string,
  options: WriteOnnxOptions = {},
): Promise<void> {
  await (made instanceof Uint8Array ? writeAtomically(path, made) : writeOnnx(made, path, options));
}
