import { rmSync } from 'node:fs';
import { link, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { UsageError } from '../errors.ts';
import { makeFolder, unusableFolder } from './make-folder.ts';
import { isRunning, ownIdentity } from './process-identity.ts';
import { clearFolder, withTemporaryFile } from './temporary-files.ts';

/** Name of the file that says who works in a folder. */
const lockName = 'run.lock';

/** Milliseconds between two signs of life, and how long a holder may be silent whose process cannot be asked for. */
const [heartbeat, patience] = [30_000, 600_000];

const ownerSchema = z.object({
  process: z.int(),
  started: z.string().nullable(),
  machine: z.string(),
  host: z.string(),
  since: z.string(),
});

type Owner = z.infer<typeof ownerSchema>;

/**
 * Works in a folder that no other run works in meanwhile, and makes it if need be. What a run that is dead has left locked is taken
 * over, and its half-written files are removed. A holder on this machine lives as long as its process; one on another machine as long
 * as it shows a sign of life every now and then.
 *
 * @throws UsageError if another run works there, or the folder cannot be written
 */
export async function withFolderLock<R>(folder: string, work: () => Promise<R>): Promise<R> {
  const release = await take(folder);
  try {
    await clearFolder(folder);
    return await work();
  } finally {
    await release();
  }
}

/** @returns what gives the lock back */
async function take(folder: string): Promise<() => Promise<void>> {
  const path = join(folder, lockName);
  const text = `${JSON.stringify({ ...ownIdentity(), since: new Date().toISOString() } satisfies Owner)}\n`;
  try {
    await makeFolder(folder);
    await withTemporaryFile(path, async (mine) => {
      await writeFile(mine, text);
      while (!(await place(mine, path))) await removeStale(folder, path, mine);
    });
  } catch (error) {
    throw unusableFolder(folder, error);
  }
  return hold(path, text);
}

/** Gives the lock its name. @returns whether nobody else had it */
async function place(mine: string, path: string): Promise<boolean> {
  const copy = async (error: unknown) => {
    if (codeOf(error) === 'EEXIST') throw error;
    // A file system without links.
    await writeFile(path, await readFile(mine), { flag: 'wx' });
  };
  try {
    await link(mine, path).catch(copy);
    return true;
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
}

/** @throws UsageError if the holder lives */
async function removeStale(folder: string, path: string, mine: string): Promise<void> {
  const text = await textOf(path);
  if (text === undefined) return;
  if (await lives(text, path, mine)) throw inUse(folder, text);
  await withTemporaryFile(path, async (aside) => {
    // Two may come to take it over, and the later one must not take the lock of the earlier one.
    await rename(path, aside).catch(ignoreMissing);
    const got = await textOf(aside);
    if (got !== undefined && got !== text) await link(aside, path).catch(() => undefined);
  });
}

async function lives(text: string, path: string, mine: string): Promise<boolean> {
  const owner = ownerOf(text);
  const running = owner && isRunning(owner);
  if (running !== undefined) return running;
  // By the clock of the file system, which both see.
  const [seen, now] = await Promise.all([stat(path), stat(mine)]).catch(() => []);
  return seen !== undefined && now !== undefined && now.mtimeMs - seen.mtimeMs < patience;
}

function inUse(folder: string, text: string): UsageError {
  const owner = ownerOf(text);
  const here = owner && isRunning(owner);
  const who = owner
    ? ` by process ${owner.process}${here ? '' : ` on '${owner.host}'`} since ${owner.since}`
    : '';
  return new UsageError({
    where: folder,
    expected: 'a folder that no other run works in',
    got: `one in use${who}`,
    remedy: `Wait for the end of that run, or choose another folder${here ? '' : `; if that run is gone, remove ${lockName} there`}`,
    means: ['folder'],
  });
}

/** `undefined` for what is no lock of ours. */
function ownerOf(text: string): Owner | undefined {
  try {
    return ownerSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

/** `undefined` where there is no file. */
async function textOf(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch(ignoreMissing);
}

function ignoreMissing(error: unknown): undefined {
  if (codeOf(error) !== 'ENOENT') throw error;
}

/** Locks of this process, which does not leave them behind. */
const held = new Set<string>();

process.once('exit', () => {
  for (const path of held) rmSync(path, { force: true });
});

function hold(path: string, text: string): () => Promise<void> {
  const timer = setInterval(() => void showLife(path, text), heartbeat).unref();
  held.add(path);
  return async () => {
    clearInterval(timer);
    held.delete(path);
    await rm(path, { force: true });
  };
}

/** Writes the same text once more, which changes the time of the file. */
async function showLife(path: string, text: string): Promise<void> {
  const file = await open(path, 'r+').catch(() => undefined);
  await file?.write(text, 0).catch(() => undefined);
  await file?.close().catch(() => undefined);
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code;
}
