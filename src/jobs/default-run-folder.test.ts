import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { RunSettings } from '../results/run-settings.ts';
import { RunFolder } from '../runs/run-folder.ts';
import { TuningJournal } from '../tuning/search/tuning-journal.ts';
import { defaultRunFolder } from './default-run-folder.ts';

const before = process.cwd();
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'transpike-runs-'));
  process.chdir(folder);
});

afterEach(() => {
  process.chdir(before);
  rmSync(folder, { recursive: true });
});

const settings: RunSettings = { model: '/vit.onnx', steps: 4, labels: undefined };
const reordered: RunSettings = { steps: 4, model: '/vit.onnx' };

/** The name that earlier versions gave: of the settings in the order in which they stood. */
function nameBefore(name: string, given: RunSettings): string {
  return join(
    'runs',
    `${name}-${createHash('sha256').update(JSON.stringify(given)).digest('hex').slice(0, 8)}`,
  );
}

it('is one folder for the same settings, in whatever order they stand, and another for others', async () => {
  const path = await defaultRunFolder('vit', settings);
  expect(path).toMatch(/^runs\/vit-[0-9a-f]{8}$/);
  expect(await defaultRunFolder('vit', reordered)).toBe(path);
  expect(await defaultRunFolder('vit', { ...settings, steps: 8 })).not.toBe(path);
});

it('is the folder of an evaluation that an earlier version began', async () => {
  const old = nameBefore('vit', reordered);
  await (await RunFolder.make(old)).claim(reordered);
  expect(await defaultRunFolder('vit', settings)).toBe(old);
  expect(await defaultRunFolder('vit', { ...settings, steps: 8 })).not.toBe(old);
});

it('is the folder of a tuning that an earlier version began', async () => {
  const old = nameBefore('tune-vit', reordered);
  await TuningJournal.open(old, reordered);
  expect(await defaultRunFolder('tune-vit', settings)).toBe(old);
});

it('is the folder of that name where there are both', async () => {
  const old = nameBefore('vit', reordered);
  const own = await defaultRunFolder('vit', settings);
  for (const path of [old, own]) await (await RunFolder.make(path)).claim(settings);
  expect(await defaultRunFolder('vit', settings)).toBe(own);
});
