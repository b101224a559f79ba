import { access, constants, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { UsageError } from '../errors.ts';

/**
 * Finds out before any work whether a file can be written.
 *
 * @throws UsageError if its folder is missing or cannot be written
 */
export async function requireWritable(path: string): Promise<void> {
  if ((await stat(path).catch(() => undefined))?.isDirectory()) {
    throw new UsageError({
      where: path,
      expected: 'the name of a file',
      got: 'a folder',
      remedy: 'Choose another output path',
    });
  }
  const folder = dirname(resolve(path));
  await access(folder, constants.W_OK).catch((error: unknown) => {
    throw new UsageError(
      {
        where: path,
        expected: 'a place that can be written',
        got: `folder '${folder}', which is missing or protected`,
        remedy: 'Make the folder, or choose another output path',
      },
      { cause: error },
    );
  });
}
