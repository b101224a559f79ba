import { execFileSync, spawnSync } from 'node:child_process';
import {
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { writeAtomically } from './write-atomically.ts';

const folder = mkdtempSync(join(tmpdir(), 'atomic-'));
afterAll(() => rmSync(folder, { recursive: true }));

it('keeps the old file and leaves nothing behind when writing fails half-way', async () => {
  const path = join(folder, 'file.txt');
  writeFileSync(path, 'old');
  const failing = writeAtomically(path, async (file) => {
    await file.write('ne');
    throw new Error('the disk is full');
  });
  await expect(failing).rejects.toThrow('the disk is full');
  expect(readdirSync(folder)).toEqual(['file.txt']);
  expect(readFileSync(path, 'utf8')).toBe('old');
});

it('replaces the old file at once', async () => {
  const path = join(folder, 'file.txt');
  await writeAtomically(path, 'new');
  expect(readFileSync(path, 'utf8')).toBe('new');
});

it('writes the file behind a link, and leaves the link', async () => {
  const [path, link] = [join(folder, 'target.txt'), join(folder, 'link.txt')];
  writeFileSync(path, 'old');
  symlinkSync('target.txt', link);
  await writeAtomically(link, 'new');
  expect(readFileSync(path, 'utf8')).toBe('new');
  expect(lstatSync(link).isSymbolicLink()).toBe(true);
});

it('writes into a pipe instead of renaming over it', async () => {
  const pipe = join(folder, 'pipe');
  execFileSync('mkfifo', [pipe]);
  const [read] = await Promise.all([readFile(pipe, 'utf8'), writeAtomically(pipe, 'through')]);
  expect(read).toBe('through');
  expect(lstatSync(pipe).isFIFO()).toBe(true);
});

it('leaves a device a device', async () => {
  await writeAtomically('/dev/null', 'nothing');
  expect(lstatSync('/dev/null').isCharacterDevice()).toBe(true);
});

it('takes names as long as the file system does', async () => {
  const name = `${'é'.repeat(120)}.onnx`;
  await writeAtomically(join(folder, name), 'long');
  expect(readFileSync(join(folder, name), 'utf8')).toBe('long');
});

it('clears away what a killed process left of the same file, and only that', async () => {
  const { pid } = spawnSync('true');
  const kept = [`other.txt.${pid}-0badcafe.tmp`, `file.txt.${process.pid}-0badcafe.tmp`, 'file.txt.tmp'];
  for (const name of [...kept, `file.txt.${pid}-0badcafe.tmp`]) writeFileSync(join(folder, name), '');
  await writeAtomically(join(folder, 'file.txt'), 'again');
  expect(
    readdirSync(folder)
      .filter((name) => name.endsWith('.tmp'))
      .sort(),
  ).toEqual(kept.sort());
});
