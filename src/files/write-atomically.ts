import { type FileHandle, open, realpath, rename, stat } from 'node:fs/promises';
import { TranspikeError } from '../errors.ts';
import { cannotWrite } from './cannot-write.ts';
import { clearLeftovers, withTemporaryFile } from './temporary-files.ts';

/** Bytes or text of a file, or a function that writes them piece by piece. */
type Content = Uint8Array | string | ((file: FileHandle) => Promise<void>);

/**
 * Writes a file so that it is either there as a whole or not at all: under a temporary name in the same folder,
 * then renamed. A link stays a link, and the file behind it is written; a device or pipe is written to as it is. What a process that
 * was killed has left of the same file is cleared away.
 *
 * @param path the file to make or replace
 * @param content its bytes or text, or a function that writes them piece by piece
 * @throws UsageError if the place cannot be written; RuntimeError if the disk is full; whatever `content` throws. No half-file
 * stays behind.
 */
export async function writeAtomically(path: string, content: Content): Promise<void> {
  const target = await realpath(path).catch(() => path);
  try {
    const kind = await stat(target).catch(() => undefined);
    if (kind && !kind.isFile() && !kind.isDirectory()) return await write(target, content);
    await clearLeftovers(target);
    await withTemporaryFile(target, async (temporary) => {
      await write(temporary, content);
      await rename(temporary, target);
    });
  } catch (error) {
    throw isOfSystem(error) ? cannotWrite(path, error) : error;
  }
}

async function write(path: string, content: Content): Promise<void> {
  const file = await open(path, 'w');
  try {
    if (typeof content === 'function') await content(file);
    else await file.writeFile(content);
  } finally {
    await file.close();
  }
}

/** Whether the operating system refused something, and not whoever gives the content. */
function isOfSystem(error: unknown): boolean {
  return !(error instanceof TranspikeError) && (error as NodeJS.ErrnoException).syscall !== undefined;
}
