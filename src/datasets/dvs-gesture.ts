import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { choosePart } from '../data/choose-part.ts';
import type { DataLocation } from '../data/data-location.ts';
import type { DatasetOptions } from '../data/dataset.ts';
import { defineDataset } from '../data/define-dataset.ts';
import { type EventSampleFile, eventFilesDataset } from '../decoding/event-files-dataset.ts';
import { DataError, listProblems } from '../errors.ts';

const labelsEnding = /_labels\.csv$/;
/** What the eleven classes are called in the data set's own table. */
const classNames = [
  'hand clapping',
  'right hand wave',
  'left hand wave',
  'right hand clockwise',
  'right hand counter clockwise',
  'left hand clockwise',
  'left hand counter clockwise',
  'forearm roll',
  'drums',
  'guitar',
  'random other gestures',
];

/**
 * DVS128 Gesture (Amir et al., CVPR 2017) as unpacked: recordings `user01_led.aedat`, each with `user01_led_labels.csv`, lines of class (1 to 11), begin and end in
 * microseconds, and the lists `trials_to_train.txt` and `trials_to_test.txt`. A sample is one gesture.
 */
export const dvsGesture = defineDataset({
  name: 'dvs-gesture',
  summary: 'a folder with *.aedat and *_labels.csv (DVS128 Gesture)',
  accepts: ['split', 'steps'],
  matches: ({ files }) => files.some((file) => labelsEnding.test(file)),
  async open(location: DataLocation, options: DatasetOptions) {
    const recordings = await recordingsOf(location, options);
    const samples = await Promise.all(recordings.map((name) => gesturesIn(location.path, name)));
    const facts = { kind: 'dvs-gesture', name: location.name, labelled: true, classNames };
    return eventFilesDataset(facts, samples.flat(), options);
  },
});

/** Names of the recordings of a part, without the ending. */
async function recordingsOf({ path, files }: DataLocation, options: DatasetOptions): Promise<string[]> {
  const all = files.filter((file) => labelsEnding.test(file)).map((file) => file.replace(labelsEnding, ''));
  const listOf = (part: string) => `trials_to_${part}.txt`;
  const part = choosePart(options, (each) => files.includes(listOf(each)));
  if (!files.includes(listOf(part))) {
    if (options.split === undefined) return all;
    throw new DataError({
      where: path,
      expected: `a list ${listOf(part)}`,
      got: 'none',
      remedy: 'Put the list beside the recordings, or leave the option split out',
      means: ['split'],
    });
  }
  const lines = (await readFile(join(path, listOf(part)), 'utf8')).split(/\r?\n/);
  const listed = lines.map((line) => line.trim().replace(/\.aedat$/, '')).filter(Boolean);
  return all.filter((name) => listed.includes(name));
}

async function gesturesIn(folder: string, name: string): Promise<EventSampleFile[]> {
  const where = join(folder, `${name}_labels.csv`);
  const lines = (await readFile(where, 'utf8')).split(/\r?\n/).slice(1);
  const problems: string[] = [];
  const samples = lines.flatMap((line, i) => {
    if (line.trim() === '') return [];
    const [label = Number.NaN, from = Number.NaN, to = Number.NaN] = line.split(',').map(Number);
    if (Number.isInteger(label) && label >= 1 && label <= classNames.length && to > from) {
      return [{ id: `${name}/${i}`, path: join(folder, `${name}.aedat`), label: label - 1, from, to }];
    }
    problems.push(`line ${i + 2}: expected class (1 to 11), begin and end in microseconds, got '${line}'`);
    return [];
  });
  if (problems.length > 0)
    throw new DataError(listProblems(`${where}: no list of gestures. Correct:`, problems));
  return samples;
}
