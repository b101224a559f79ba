import { readdir, stat } from 'node:fs/promises';
import { basename, extname, join, resolve } from 'node:path';
import { DataError, messageOf } from '../errors.ts';
import { isGlyphsAddress } from './glyphs/glyphs-address.ts';

/** What is at the path of a data set. Hidden entries are left out; names are in code-unit order. */
export interface DataLocation {
  /** Absolute path. */
  path: string;
  /** Last part of the path. */
  name: string;
  isFolder: boolean;
  /** Names of the files in the folder; empty for a file. */
  files: string[];
  /** Names of the folders in the folder; empty for a file. */
  folders: string[];
}

/** Looks at a path; @throws DataError if nothing is there or it cannot be read. */
export async function lookAt(path: string): Promise<DataLocation> {
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

/** The visible files and folders in a folder, links followed, each sorted in code-unit order. */
export async function listFolder(path: string): Promise<{ files: string[]; folders: string[] }> {
  const files: string[] = [];
  const folders: string[] = [];
  for (const entry of await readdir(path, { withFileTypes: true })) {
    if (entry.name.startsWith('.')) continue;
    const isFolder = entry.isSymbolicLink()
      ? (await stat(join(path, entry.name))).isDirectory()
      : entry.isDirectory();
    (isFolder ? folders : files).push(entry.name);
  }
  return { files: files.sort(), folders: folders.sort() };
}

const imageExtensions = new Set(['.jpg', '.jpeg', '.png', '.webp', '.gif', '.tif', '.tiff', '.avif']);

/** Whether a file name has the extension of a picture, in any case. */
export function isImageName(name: string): boolean {
  return imageExtensions.has(extname(name).toLowerCase());
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
