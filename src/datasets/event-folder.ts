import { join } from 'node:path';
import type { DataLocation } from '../data/data-location.ts';
import type { DatasetOptions } from '../data/dataset.ts';
import { defineDataset } from '../data/define-dataset.ts';
import { eventFileName, eventFilesDataset, sampleId } from '../decoding/event-files-dataset.ts';
import { enterPart } from '../decoding/event-parts.ts';
import { listFolder } from '../decoding/locate-data.ts';

/**
 * Folders of files of events, a class each, as N-MNIST, N-CARS and CIFAR10-DVS are unpacked: `Train/0/00002.bin`, `n-cars_test/cars/obj_001.dat`,
 * `airplane/cifar10_airplane_0.aedat`. Classes are in the order of their folders' names.
 */
export const eventFolder = defineDataset({
  name: 'event-folder',
  summary: 'a folder with a folder of event files for each class (N-MNIST, N-CARS, CIFAR10-DVS)',
  accepts: ['split', 'steps'],
  matches: async (location) => {
    const { path, folders } = await enterPart(location, {});
    // One class with such names is not enough: `.bin` is what other files are called, too.
    for (const folder of folders.slice(0, 3)) {
      if (!(await listFolder(join(path, folder))).files.some((file) => eventFileName.test(file)))
        return false;
    }
    return folders.length > 0;
  },
  async open(location: DataLocation, options: DatasetOptions) {
    const { path, folders } = await enterPart(location, options);
    const files = [];
    for (const [label, folder] of folders.entries()) {
      const names = (await listFolder(join(path, folder))).files.filter((file) => eventFileName.test(file));
      for (const name of names) {
        const file = join(path, folder, name);
        files.push({ id: sampleId(path, file), path: file, label });
      }
    }
    const facts = { kind: 'event-folder', name: location.name, labelled: true, classNames: folders };
    return eventFilesDataset(facts, files, options);
  },
});
