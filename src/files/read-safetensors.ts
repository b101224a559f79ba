import { open, stat } from 'node:fs/promises';
import { FormatError, messageOf } from '../errors.ts';
import { decodeSafetensors } from '../formats/decode-safetensors.ts';
import type { Tensor } from '../graph/tensor.ts';
import { FileSource } from './file-source.ts';

/**
 * Reads the header of a `.safetensors` file. The numbers stay in the file and are read when they are asked for.
 *
 * @param path the file
 * @returns the tensors by name, in the order of the header
 * @throws FormatError that lists everything wrong with the file: header, element types, shapes, offsets, missing bytes
 */
export async function readSafetensors(path: string): Promise<Map<string, Tensor>> {
  await requireReadable(path);
  return decodeSafetensors(new FileSource(path));
}

async function requireReadable(path: string): Promise<void> {
  try {
    // A pipe would be waited for, perhaps for ever.
    if (!(await stat(path)).isFile()) throw new Error('a folder, pipe or device');
    await (await open(path, 'r')).close();
  } catch (cause) {
    throw new FormatError(
      {
        where: path,
        expected: 'a readable safetensors file',
        got: messageOf(cause),
        remedy: 'Check the path and its permissions',
      },
      { cause },
    );
  }
}
