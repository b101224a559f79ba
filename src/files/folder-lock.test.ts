import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { withFolderLock } from './folder-lock.ts';
import { ownIdentity } from './process-identity.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lock-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const since = '2026-01-02T03:04:05.000Z';
const leave = (owner: object) => writeFile(join(folder, 'run.lock'), JSON.stringify({ ...owner, since }));
const elsewhere = { process: 7, started: '5', machine: 'another', host: 'far away' };

it('lets nobody in while someone is there, and leaves nothing behind', async () => {
  await withFolderLock(folder, async () => {
    const owner = JSON.parse(await readFile(join(folder, 'run.lock'), 'utf8'));
    await expect(withFolderLock(folder, async () => 'in')).rejects.toThrow(
      `${folder}: expected a folder that no other run works in, got one in use by process ${process.pid} since ${owner.since}. Wait for the end of that run, or choose another folder.`,
    );
  });
  expect(await withFolderLock(folder, async () => 'in')).toBe('in');
  expect(await readdir(folder)).toEqual([]);
});

it('takes over what a dead process left, its half-written files too', async () => {
  const { pid } = spawnSync('true');
  await leave({ ...ownIdentity(), process: pid });
  await writeFile(join(folder, `result.json.${pid}-0badcafe.tmp`), 'half');
  const inside = await withFolderLock(folder, () => readdir(folder));
  expect(inside).toEqual(['run.lock']);
});

it('does not take a later process of the same number for the holder', async () => {
  const own = ownIdentity();
  if (own.started === null) return;
  await leave({ ...own, started: '1' });
  expect(await withFolderLock(folder, async () => 'in')).toBe('in');
});

it('waits for signs of life of a process on another machine, which cannot be asked for', async () => {
  await leave(elsewhere);
  await expect(withFolderLock(folder, async () => 'in')).rejects.toThrow(
    `one in use by process 7 on 'far away' since ${since}. Wait for the end of that run, or choose another folder; if that run is gone, remove run.lock there.`,
  );
  const longAgo = new Date(Date.now() - 3_600_000);
  await utimes(join(folder, 'run.lock'), longAgo, longAgo);
  expect(await withFolderLock(folder, async () => 'in')).toBe('in');
});

it('gives a stale lock to one of many that come for it', async () => {
  const { pid } = spawnSync('true');
  await leave({ ...ownIdentity(), process: pid });
  let inside = 0;
  const enter = async () => {
    inside++;
    // Nobody leaves before all have tried.
    await tried;
  };
  let allTried: () => void = () => undefined;
  const tried = new Promise<void>((resolve) => {
    allTried = resolve;
  });
  const outcomes = Array.from({ length: 8 }, () => withFolderLock(folder, enter));
  const refused = outcomes.map((each) => each.catch((error: Error) => error.message));
  let left = 7;
  for (const each of outcomes) each.catch(() => --left === 0 && allTried());
  const messages = (await Promise.all(refused)).filter(Boolean);
  expect(inside).toBe(1);
  expect(messages).toHaveLength(7);
});

it('says that a file is no folder', async () => {
  const path = join(folder, 'file');
  await writeFile(path, '');
  await expect(withFolderLock(path, async () => 'in')).rejects.toThrow(
    `${path}: expected a folder that can be written, got a file of that name. Choose another folder.`,
  );
});
