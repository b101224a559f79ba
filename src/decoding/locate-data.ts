import { readdir, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { type DataLocation, isImageName } from '../data/data-location.ts';
import { isGlyphsAddress } from '../data/glyphs/glyphs-address.ts';
import { DataError, messageOf } from '../errors.ts';

/** Says what is at a path: a file or a folder, and what lies in it. @throws DataError if nothing is there or it cannot be read. */
export async function locateData(path: string): Promise<DataLocation> {
  if (isGlyphsAddress(path)) return { path, name: path, isFolder: false, files: [], folders: [] };
  const absolute = resolve(path);
  try {
    const isFolder = (await stat(absolute)).isDirectory();
    const { files, folders } = isFolder ? await listFolder(absolute) : { files: [], folders: [] };
    return { path: absolute, name: basename(absolute), isFolder, files, folders };
  } catch (error) {
    throw new DataError(
      {
        where: path,
        expected: 'a folder or file with data that can be read',
        got: messageOf(error),
        remedy: 'Check the path of the data set',
      },
      { cause: error },
    );
  }
}

/**
 * The visible files and folders in a folder, links followed, each sorted in code-unit order. A link to nothing counts as a file:
 * whoever reads it is told.
 */
export async function listFolder(path: string): Promise<{ files: string[]; folders: string[] }> {
  const files: string[] = [];
  const folders: string[] = [];
  for (const entry of await readdir(path, { withFileTypes: true })) {
    if (entry.name.startsWith('.')) continue;
    const isFolder = entry.isSymbolicLink()
      ? ((await stat(join(path, entry.name)).catch(() => undefined))?.isDirectory() ?? false)
      : entry.isDirectory();
    (isFolder ? folders : files).push(entry.name);
  }
  return { files: files.sort(), folders: folders.sort() };
}

/** The pictures under a folder at any depth, as paths relative to it with `/`, in code-unit order. */
export async function listImages(folder: string): Promise<string[]> {
  const { files, folders } = await listFolder(folder);
  const found = files.filter(isImageName);
  for (const child of folders) {
    for (const path of await listImages(join(folder, child))) found.push(`${child}/${path}`);
  }
  return found.sort();
}
