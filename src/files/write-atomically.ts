import { randomBytes } from 'node:crypto';
import { type FileHandle, open, readdir, realpath, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { messageOf, UsageError } from '../errors.ts';

/** Ending of a file that is being written: process and a random number, so that two writers never meet. */
const temporaryEnding = /\.(\d+)-[0-9a-f]{8}\.tmp$/;

/** Bytes of a file name that every file system takes, less those of the ending. */
const longestStem = 200;

/**
 * Writes a file so that it is either there as a whole or not at all: under a temporary name in the same folder,
 * then renamed. A link stays a link, and the file behind it is written; a device or pipe is written to as it is. What a process that
 * was killed has left of the same file is cleared away.
 *
 * @param path the file to make or replace
 * @param content its bytes or text, or a function that writes them piece by piece
 * @throws UsageError if the folder cannot be written; whatever `content` throws. No half-file stays behind.
 */
export async function writeAtomically(
  path: string,
  content: Uint8Array | string | ((file: FileHandle) => Promise<void>),
): Promise<void> {
  const refuse = (error: unknown): never => {
    throw cannotWrite(path, error);
  };
  const target = await realpath(path).catch(() => path);
  const kind = await stat(target).catch(() => undefined);
  if (kind && !kind.isFile() && !kind.isDirectory()) return writeThrough(target, content, refuse);
  await clearLeftovers(target);
  const stem = Buffer.from(basename(target))
    .subarray(0, longestStem)
    .toString()
    .replace(/\uFFFD+$/, '');
  const temporary = join(dirname(target), `${stem}.${process.pid}-${randomBytes(4).toString('hex')}.tmp`);
  const file = await open(temporary, 'w').catch(refuse);
  try {
    await write(file, content, refuse);
    await file.close().catch(refuse);
    await rename(temporary, target).catch(refuse);
  } catch (error) {
    await file.close().catch(() => undefined);
    await rm(temporary, { force: true });
    throw error;
  }
}

async function write(
  file: FileHandle,
  content: Parameters<typeof writeAtomically>[1],
  refuse: (error: unknown) => never,
): Promise<void> {
  if (typeof content === 'function') await content(file);
  else await file.writeFile(content).catch(refuse);
}

/** There is nothing to rename over a device or pipe. */
async function writeThrough(
  path: string,
  content: Parameters<typeof writeAtomically>[1],
  refuse: (error: unknown) => never,
): Promise<void> {
  const file = await open(path, 'w').catch(refuse);
  await write(file, content, refuse).finally(() => file.close().catch(() => undefined));
}

/** Removes temporary files of the same target whose process is gone. */
async function clearLeftovers(target: string): Promise<void> {
  const [folder, name] = [dirname(target), basename(target)];
  const found = await readdir(folder).catch((): string[] => []);
  for (const each of found) {
    const writer = each.startsWith(`${name}.`) && temporaryEnding.exec(each);
    if (writer && !isRunning(Number(writer[1]))) await rm(join(folder, each), { force: true });
  }
}

function isRunning(id: number): boolean {
  try {
    process.kill(id, 0);
    return true;
  } catch (error) {
    // A process of another user may not be asked, but it is there.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
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
