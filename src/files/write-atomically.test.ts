import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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
