import { encodeNpy, type NpyArray } from '../formats/npy.ts';
import { writeAtomically } from './write-atomically.ts';

/**
 * Writes an `.npy` file. The bytes go to a temporary name in the same folder first, so that nobody ever sees
 * half a file.
 *
 * @throws FormatError if the array is inconsistent; UsageError if the file cannot be written.
 */
export async function writeNpy(path: string, array: NpyArray): Promise<void> {
  await writeAtomically(path, encodeNpy(array));
}
