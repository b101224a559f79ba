import type { Dirent } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { basename, join, resolve, sep } from 'node:path';
import { type DataLocation, isImageName } from '../data/data-location.ts';
import { DataError, messageOf } from '../errors.ts';

/** Says what is at a path: a file or a folder, and what lies in it. @throws DataError if nothing is there or it cannot be read. */
export async function locateData(path: string): Promise<DataLocation> {
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
 *
 * @throws DataError if the folder cannot be read
 */
export async function listFolder(path: string): Promise<{ files: string[]; folders: string[] }> {
  const files: string[] = [];
  const folders: string[] = [];
  for (const entry of await readFolder(path)) {
    if (entry.name.startsWith('.')) continue;
    const isFolder = entry.isSymbolicLink()
      ? ((await stat(join(path, entry.name)).catch(() => undefined))?.isDirectory() ?? false)
      : entry.isDirectory();
    (isFolder ? folders : files).push(entry.name);
  }
  return { files: files.sort(), folders: folders.sort() };
}

async function readFolder(path: string): Promise<Dirent[]> {
  return readdir(path, { withFileTypes: true }).catch((cause: unknown) => {
    throw new DataError(
      {
        where: path,
        expected: 'a folder that can be read',
        got: messageOf(cause),
        remedy: 'Allow it to be read, or remove it from the data',
      },
      { cause },
    );
  });
}

/**
 * The pictures under a folder at any depth, as paths relative to it with `/`, in code-unit order. A link back to a folder that it lies
 * in is not followed: what is behind it is there already.
 *
 * @throws DataError if a folder cannot be read
 */
export async function listImages(folder: string): Promise<string[]> {
  return listBelow(folder, []);
}

/** @param above real paths of the folders that this one lies in */
async function listBelow(folder: string, above: readonly string[]): Promise<string[]> {
  const real = await realpath(folder).catch(() => folder);
  if (above.some((each) => each === real || each.startsWith(real + sep))) return [];
  const { files, folders } = await listFolder(folder);
  const found = files.filter(isImageName);
  for (const child of folders) {
    for (const path of await listBelow(join(folder, child), [...above, real])) found.push(`${child}/${path}`);
  }
  return found.sort();
}
