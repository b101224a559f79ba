import type { FileHandle } from 'node:fs/promises';
import { encodeSafetensors } from '../formats/encode-safetensors.ts';
import type { Tensor } from '../graph/tensor.ts';
import { writeAtomically } from './write-atomically.ts';

/**
 * Writes tensors as a `.safetensors` file. The bytes go into a temporary file in the same folder that takes the name
 * at the end, so the file is never seen half-written and may replace the one its tensors come from.
 *
 * @param path the file to make or replace
 * @param tensors the tensors by name; one at a time is held in memory
 * @param metadata free texts for the header's `__metadata__`; default: none
 * @throws FormatError if a tensor has the reserved name `__metadata__`
 * @throws UsageError if the folder cannot be written
 */
export async function writeSafetensors(
  path: string,
  tensors: ReadonlyMap<string, Tensor>,
  metadata: Readonly<Record<string, string>> = {},
): Promise<void> {
  await writeAtomically(path, async (file) => {
    for (const bytes of encodeSafetensors(path, tensors, metadata)) await writeFully(file, bytes);
  });
}

/** Writes all bytes: one system call takes at most 2 GiB, and may take less than it is given. */
async function writeFully(file: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, done, Math.min(bytes.length - done, 2 ** 30));
    done += bytesWritten;
  }
}
