import { join } from 'node:path';
import type { DataLocation } from '../data/data-location.ts';
import type { DatasetOptions } from '../data/dataset.ts';
import { defineDataset } from '../data/define-dataset.ts';
import { type ObjectRow, objectTarget } from '../data/object-columns.ts';
import { type EventSampleFile, eventFilesDataset } from '../decoding/event-files-dataset.ts';
import { enterPart } from '../decoding/event-parts.ts';
import { type EventBox, readEventBoxes } from '../decoding/read-event-boxes.ts';

const boxesEnding = /_bbox\.npy$/;
/** Microseconds that are shown before the boxes. */
const window = 250_000;
/** What the classes of GEN1 are called. */
const classNames = ['car', 'pedestrian'];

/**
 * Prophesee's GEN1 (de Tournemire et al., arXiv 2001.08499) as unpacked: recordings `NAME_td.dat`, each with boxes `NAME_bbox.npy`. A sample is every
 * moment that has boxes, with the events of the quarter of a second before it; its target are the boxes.
 */
export const gen1Boxes = defineDataset({
  name: 'gen1-boxes',
  summary: 'a folder with *_td.dat and *_bbox.npy (Prophesee GEN1)',
  accepts: ['split', 'steps'],
  matches: async (location) => (await enterPart(location, {})).files.some((file) => boxesEnding.test(file)),
  async open(location: DataLocation, options: DatasetOptions) {
    const { path, files } = await enterPart(location, options);
    const samples: EventSampleFile[] = [];
    for (const file of files.filter((each) => boxesEnding.test(each))) {
      samples.push(...momentsOf(path, file, files, await readEventBoxes(join(path, file))));
    }
    const facts = { kind: 'gen1-boxes', name: location.name, labelled: false, classNames };
    return eventFilesDataset(facts, samples, options);
  },
});

function momentsOf(
  folder: string,
  file: string,
  files: readonly string[],
  boxes: readonly EventBox[],
): EventSampleFile[] {
  const name = file.replace(boxesEnding, '');
  const recording = [`${name}_td.dat`, `${name}.dat`, `${name}.raw`].find((each) => files.includes(each));
  const times = [...new Set(boxes.map(({ t }) => t))];
  return times.map((time) => ({
    id: `${name}/${time}`,
    path: join(folder, recording ?? `${name}_td.dat`),
    from: Math.max(time - window, 0),
    to: time,
    target: (size) => objectTarget(boxes.filter(({ t }) => t === time).map((box) => rowOf(box, size))),
  }));
}

function rowOf(
  { x, y, width, height, label }: EventBox,
  sensor: { readonly width: number; readonly height: number },
): ObjectRow {
  return {
    left: x / sensor.width,
    top: y / sensor.height,
    right: (x + width) / sensor.width,
    bottom: (y + height) / sensor.height,
    crowd: 0,
    ignored: 0,
    class: label,
    id: label,
    classes: classNames.length,
  };
}
