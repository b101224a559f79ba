import { messageOf, type RuntimeError, UsageError } from '../errors.ts';
import { shortageError, shortageOf } from '../shortage.ts';

/** The error for a file that cannot be written: the disk is full, or the place is wrong. */
export function cannotWrite(path: string, cause: unknown): UsageError | RuntimeError {
  const resource = shortageOf(cause);
  if (resource) return shortageError(path, resource, cause);
  return new UsageError(
    {
      where: path,
      expected: 'a place that can be written',
      got: messageOf(cause),
      remedy: 'Choose another output path or make the folder',
    },
    { cause },
  );
}
