import { open } from 'node:fs/promises';
import { FormatError, messageOf } from '../errors.ts';
import { type NpyArray, parseNpy } from '../formats/npy.ts';

/**
 * Reads an `.npy` file (versions 1.0 to 3.0, little-endian). Fortran order is transposed to C order and
 * float16 becomes float32.
 *
 * @throws FormatError if the file is missing, damaged, truncated, big-endian or holds Python objects or records.
 */
export async function readNpy(path: string): Promise<NpyArray> {
  return parseNpy(await readWholeFile(path), path);
}

/** One read call returns at most 2 GiB, so that large files come in pieces. */
const pieceLength = 2 ** 30;

export async function readWholeFile(path: string): Promise<Uint8Array> {
  try {
    const file = await open(path, 'r');
    try {
      const bytes = new Uint8Array((await file.stat()).size);
      let done = 0;
      while (done < bytes.length) {
        const length = Math.min(bytes.length - done, pieceLength);
        const { bytesRead } = await file.read(bytes, done, length, done);
        if (bytesRead === 0) break;
        done += bytesRead;
      }
      return bytes.subarray(0, done);
    } finally {
      await file.close();
    }
  } catch (error) {
    throw new FormatError(
      {
        where: path,
        expected: 'an .npy file that can be read',
        got: messageOf(error),
        remedy: 'Check the path and the permissions of the file',
      },
      { cause: error },
    );
  }
}
