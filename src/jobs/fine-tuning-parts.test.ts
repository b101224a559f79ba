import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { openFineTuningParts } from './fine-tuning-parts.ts';

const labelled = { needsLabels: true };

it('takes the part test of the data where nothing else is given to measure on', async () => {
  const [train, test] = await openFineTuningParts({ data: 'glyphs', ...labelled });
  expect([train.size, test.size]).toEqual([60_000, 10_000]);
});

it('takes what is given', async () => {
  const testData = 'glyphs:train?size=3';
  const [train, test] = await openFineTuningParts({ data: 'glyphs:test?size=2', testData, ...labelled });
  expect([train.id(0), train.size, test.id(0), test.size]).toEqual(['test/0', 2, 'train/0', 3]);
});

it.each([
  ['glyphs:train?size=4', 'test'],
  ['glyphs:test?size=4', 'train'],
])('asks for data to measure on beside %s', async (data, part) => {
  await expect(openFineTuningParts({ data, ...labelled })).rejects.toMatchObject({
    message: `${data}: expected data with the parts train and test, got no part ${part}. Give other data to measure on, too.`,
    means: ['testData'],
  });
});

it('says what is wrong with data that cannot be opened at all', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'transpike-parts-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await mkdir(join(folder, 'train'));
  await expect(openFineTuningParts({ data: folder, ...labelled })).rejects.toThrow('got an empty folder');
  await expect(openFineTuningParts({ data: 'glyphs:train?size=0', ...labelled })).rejects.toThrow('size');
});
