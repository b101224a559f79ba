import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { hasProcess } from './process-identity.ts';

/** Ending of a file that is being written: process (not said by earlier versions) and a random number. */
const ending = /\.(?:(\d+)-)?[0-9a-f]{8}\.tmp$/;

/** Bytes of a file name that every file system takes, less those of the ending. */
const longestStem = 200;

/** Files of this process that have no name yet; none of them outlives it. */
const underWay = new Set<string>();

process.once('exit', () => {
  for (const path of underWay) rmSync(path, { force: true });
});

/**
 * Does something with a temporary file beside the one it will become; afterwards it is gone, unless it was renamed.
 *
 * @param target the file it will become
 */
export async function withTemporaryFile<R>(
  target: string,
  work: (temporary: string) => Promise<R>,
): Promise<R> {
  const id = `${process.pid}-${randomBytes(4).toString('hex')}`;
  const temporary = join(dirname(target), `${stemOf(target)}.${id}.tmp`);
  underWay.add(temporary);
  try {
    return await work(temporary);
  } finally {
    await rm(temporary, { force: true }).catch(() => undefined);
    underWay.delete(temporary);
  }
}

/** Removes what processes that are gone have left in a folder that nobody else writes to. */
export async function clearFolder(folder: string): Promise<void> {
  await remove(folder, (_, writer) => writer === undefined || !hasProcess(Number(writer)));
}

/** Removes what processes that are gone have left of a file. */
export async function clearLeftovers(target: string): Promise<void> {
  const start = `${stemOf(target)}.`;
  const isLeft = (name: string, writer: string | undefined) =>
    name.startsWith(start) && writer !== undefined && !hasProcess(Number(writer));
  await remove(dirname(target), isLeft);
}

async function remove(
  folder: string,
  isLeft: (name: string, writer: string | undefined) => boolean,
): Promise<void> {
  for (const name of await readdir(folder).catch((): string[] => [])) {
    const found = ending.exec(name);
    if (found && isLeft(name, found[1])) await rm(join(folder, name), { force: true }).catch(() => undefined);
  }
}

function stemOf(target: string): string {
  return Buffer.from(basename(target))
    .subarray(0, longestStem)
    .toString()
    .replace(/\uFFFD+$/, '');
}
