import { lstatSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { defineDataset } from '../data/define-dataset.ts';
import { type ImageFile, imageFilesDataset } from '../decoding/image-files-dataset.ts';
import { DataError, listProblems } from '../errors.ts';

const shownProblems = 50;

/**
 * A text file with `path label` a line: the path (relative to the text file, blanks allowed, quoted or not) and the index of the class.
 * Empty lines and lines that start with `#` are left out. The order is that of the lines.
 */
export const imageList = defineDataset({
  name: 'image-list',
  summary: "a .txt file with a line 'path label' a picture",
  accepts: [],
  matches: ({ isFolder, name }) => !isFolder && name.toLowerCase().endsWith('.txt'),
  async open({ path, name }) {
    const folder = dirname(path);
    const { images, problems } = parseLines(await readFile(path, 'utf8'), folder);
    if (images.length === 0 && problems.length === 0) problems.push("no line 'path label' at all");
    if (problems.length > 0) {
      const more = problems.length - shownProblems;
      const shown = more > 0 ? [...problems.slice(0, shownProblems), `and ${more} more`] : problems;
      throw new DataError(
        listProblems(`${path}: not a list of pictures with labels. Correct these lines:`, shown),
      );
    }
    return imageFilesDataset({ kind: 'image-list', name, labelled: true }, folder, images);
  },
});

function parseLines(text: string, folder: string): { images: ImageFile[]; problems: string[] } {
  const images: ImageFile[] = [];
  const problems: string[] = [];
  const seen = new Map<string, number>();
  for (const [index, whole] of text.split('\n').entries()) {
    const line = whole.trim();
    if (line === '' || line.startsWith('#')) continue;
    const problem = (what: string) => problems.push(`line ${index + 1}: ${what}`);
    const match = /^(.*\S)\s+(\d+)$/.exec(line);
    if (!match) {
      problem(`expected 'path label' with a whole number as label, got '${line}'`);
      continue;
    }
    const [, written, label] = match as unknown as [string, string, string];
    const id = isListed(resolve(folder, written)) ? written : unquoted(written);
    if (seen.has(id)) problem(`'${id}' is listed already in line ${seen.get(id)}`);
    else if (!isListed(resolve(folder, id))) problem(`there is no file '${id}' in '${folder}'`);
    seen.set(id, index + 1);
    images.push({ id, label: Number(label) });
  }
  return { images, problems };
}

/** A path that stands in quotes, without them. */
function unquoted(path: string): string {
  return /^(["'])(.+)\1$/.exec(path)?.[2] ?? path;
}

/** Whether a folder has an entry of this name. A link to nothing is one: it is told when it is read, like a damaged picture. */
function isListed(path: string): boolean {
  try {
    return lstatSync(path) !== undefined;
  } catch {
    return false;
  }
}
