import { mkdir } from 'node:fs/promises';
import { messageOf, type RuntimeError, UsageError } from '../errors.ts';
import { shortageOf } from '../shortage.ts';
import { cannotWrite } from './cannot-write.ts';

/**
 * Makes a folder for the files of a run, with those above it, unless it is there.
 *
 * @throws UsageError if that is impossible
 */
export async function makeFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true }).catch((cause: unknown) => {
    throw unusableFolder(path, cause);
  });
}

/** The error for a folder that cannot be written. */
export function unusableFolder(path: string, cause: unknown): UsageError | RuntimeError {
  if (cause instanceof UsageError) return cause;
  if (shortageOf(cause)) return cannotWrite(path, cause);
  return new UsageError(
    {
      where: path,
      expected: 'a folder that can be written',
      got: messageOf(cause),
      remedy: 'Choose another folder',
      means: ['folder'],
    },
    { cause },
  );
}
