import { statSync } from 'node:fs';
import { basename, dirname, extname, resolve } from 'node:path';
import { FormatError } from '../errors.ts';
import type { DownloadOptions } from '../hub/fetch-from-hub.ts';
import { isHubAddress } from '../hub/hub-address.ts';
import { nirAddress } from './nir/nir-address.ts';

/** Where the files of a network are. */
export interface NetworkLocation {
  /** Absolute path of the ONNX file or the checkpoint folder. */
  readonly path: string;
  readonly isFolder: boolean;
  /** Name for reports. */
  readonly name: string;
  /** Folder of the files that say what is beside the model, such as its preprocessing. */
  readonly folder: string;
}

/**
 * Finds a network on this machine, or brings it here: `hf:owner/name` is a model of the hub.
 *
 * @throws FormatError if nothing is there; what {@link fetchFromHub} throws
 */
export async function locateNetwork(path: string, options: DownloadOptions): Promise<NetworkLocation> {
  if (isHubAddress(path)) {
    // Whoever has a path loads nothing of it.
    const { fetchFromHub } = await import('../hub/fetch-from-hub.ts');
    const model = await fetchFromHub(path, options);
    return { ...model, isFolder: model.path === model.folder };
  }
  const full = resolve(nirAddress(path)?.path ?? path);
  const info = statSync(full, { throwIfNoEntry: false });
  if (!info) {
    throw new FormatError({
      where: path,
      expected: 'an .onnx or .nir file, or a folder with config.json and model.safetensors',
      got: 'nothing there',
      remedy: 'Check the path',
    });
  }
  const isFolder = info.isDirectory();
  const name = basename(full, ['.onnx', '.nir'].find((each) => extname(full) === each) ?? '');
  return { path: full, isFolder, name, folder: isFolder ? full : dirname(full) };
}
