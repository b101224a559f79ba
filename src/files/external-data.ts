import { statSync } from 'node:fs';
import { basename, isAbsolute, relative, resolve, sep } from 'node:path';
import { FormatError } from '../errors.ts';
import { FileSource } from './file-source.ts';
import { realPath } from './real-path.ts';

/** Where a model's external data may lie. */
export interface ExternalDataOptions {
  /**
   * Folders beside the model's own: for models whose weights were put elsewhere, or moved. There a file is found by its name
   * alone, too. Default: none.
   */
  readonly externalData?: readonly string[];
}

/**
 * Finds the external data of a model; one source a file. As the ONNX standard asks, a location is a relative path that stays in
 * the model's folder, and so does the file behind a link: a model from elsewhere must not read other files of this machine.
 *
 * @param folders the model's folder; or several, for one that is reached through a link
 * @returns what throws FormatError for a location that leaves the folders, or is no file
 */
export function filesIn(
  folders: readonly string[],
  { externalData = [] }: ExternalDataOptions = {},
): (location: string) => FileSource {
  const allowed = [...folders, ...externalData].map(realPath);
  const sources = new Map<string, FileSource>();
  return (location) => {
    const known = sources.get(location);
    if (known) return known;
    const source = new FileSource(locate(location, placesOf(location, folders, externalData), allowed));
    sources.set(location, source);
    return source;
  };
}

/** Where a location may lie; in folders that were named the file may have been moved without the folders above it. */
function placesOf(location: string, folders: readonly string[], named: readonly string[]): string[] {
  return [
    ...[...folders, ...named].map((folder) => resolve(folder, location)),
    ...named.map((folder) => resolve(folder, basename(location))),
  ];
}

function locate(location: string, places: readonly string[], allowed: readonly string[]): string {
  const path = places.find((place) => statSync(place, { throwIfNoEntry: false })) ?? places[0]!;
  if (location === '') throw refused(location, 'no path at all');
  if (
    !allowed.some((folder) => isBelow(path, folder)) &&
    !allowed.some((folder) => isBelow(realPath(path), folder))
  )
    throw refused(location, isAbsolute(location) ? 'an absolute path' : 'a path that leaves it');
  if (!allowed.some((folder) => isBelow(realPath(path), folder)))
    throw refused(location, `a link to ${realPath(path)}`);
  const kind = statSync(path, { throwIfNoEntry: false });
  if (kind && !kind.isFile()) throw refused(location, kind.isDirectory() ? 'a folder' : 'no ordinary file');
  return path;
}

function refused(location: string, got: string): FormatError {
  return new FormatError({
    where: `external data '${location}'`,
    expected: "a file in the model's folder",
    got,
    remedy:
      'Put the weights beside the model, or name their folder with the option externalData if you trust the model',
    means: ['externalData'],
  });
}

function isBelow(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}
