import { join } from 'node:path';
import type { DataLocation } from '../data/data-location.ts';
import { defineDataset } from '../data/define-dataset.ts';
import { readText } from '../decoding/text-rows.ts';

const extension = /\.(txt|md)$/i;

/**
 * Texts as they are: a `.txt` file, or a folder of them, a document each. A decoder reads a document in windows one after the other; other networks
 * read each line that has something in it. They have no classes.
 */
export const plainText = defineDataset({
  name: 'plain-text',
  gives: 'text',
  summary: 'a .txt file with a text, or a folder of them',
  accepts: [],
  matches: (location) => documentsOf(location).length > 0,
  async open(location) {
    const files = documentsOf(location);
    return {
      kind: 'plain-text',
      name: location.name,
      size: files.length,
      labelled: false,
      id: (index) => files[index]!,
      sample: async (index) => {
        const id = files[index]!;
        const text = await readText(location.isFolder ? join(location.path, id) : location.path);
        return { kind: 'text', id, label: undefined, text };
      },
    };
  },
});

function documentsOf({ isFolder, name, files, folders }: DataLocation): readonly string[] {
  if (!isFolder) return extension.test(name) ? [name] : [];
  return folders.length === 0 && files.every((file) => extension.test(file)) ? files : [];
}
