import { randomBytes } from 'node:crypto';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { messageOf, UsageError } from '../errors.ts';

/**
 * Writes a file so that it is either there as a whole or not at all: under a temporary name in the same folder,
 * then renamed.
 *
 * @param path the file to make or replace
 * @param content its bytes or text, or a function that writes them piece by piece
 * @throws UsageError if the folder cannot be written; whatever `content` throws. No half-file stays behind.
 */
export async function writeAtomically(
  path: string,
  content: Uint8Array | string | ((file: FileHandle) => Promise<void>),
): Promise<void> {
  const temporary = `${path}.${randomBytes(4).toString('hex')}.tmp`;
  const refuse = (error: unknown): never => {
    throw cannotWrite(path, error);
  };
  const file = await open(temporary, 'w').catch(refuse);
  try {
    if (typeof content === 'function') await content(file);
    else await file.writeFile(content).catch(refuse);
    await file.close().catch(refuse);
    await rename(temporary, path).catch(refuse);
  } catch (error) {
    await file.close().catch(() => undefined);
    await rm(temporary, { force: true });
    throw error;
  }
}

function cannotWrite(path: string, error: unknown): UsageError {
  return new UsageError(
    {
      where: path,
      expected: 'a place that can be written',
      got: messageOf(error),
      remedy: 'Choose another output path or make the folder',
    },
    { cause: error },
  );
}
