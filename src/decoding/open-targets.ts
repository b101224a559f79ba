import { readdir, readFile, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { DataError, messageOf } from '../errors.ts';
import { readNpy } from '../files/read-npy.ts';
import { readNpz } from '../files/read-npz.ts';
import { readIndexPng } from '../formats/index-png.ts';
import { type NpyArray, npyToFloat32 } from '../formats/npy.ts';
import type { FloatTensor } from '../graph/float-tensor.ts';
import { sizeOf } from '../graph/shape.ts';
import { cocoTargets } from './coco-targets.ts';
import { npzTargets } from './npz-targets.ts';
import { parseTargetTable } from './target-table.ts';

/** Gives what would be right for a sample, without a batch axis. */
export type Targets = (index: number) => Promise<FloatTensor>;

/**
 * Opens what would be right for the samples of a data set, where that is no class: a `.npy` array [N, …]; a table of numbers (`.csv`,
 * `.tsv`, `.txt`), one line a sample, with the samples' ids in the first column or in their order; or a folder with one mask a
 * sample, a PNG of indices or `.npy`, named as the sample or in its order; for objects, a COCO file (`.json`) or an `.npz` file of boxes.
 *
 * @param ids of all samples, in their order
 * @throws DataError if it cannot be read, or does not have one target a sample
 */
export async function openTargets(path: string, ids: readonly string[]): Promise<Targets> {
  const found = await stat(path).catch((error: unknown) => {
    throw unreadable(path, error);
  });
  if (found.isDirectory()) return openMasks(path, ids);
  const kind = extname(path).toLowerCase();
  if (kind === '.npy') return fromArray(await readNpy(path), path, ids.length);
  if (kind === '.json') return inOrder(cocoTargets(await readFile(path, 'utf8'), path, ids));
  if (kind === '.npz') return inOrder(npzTargets(await readNpz(path), path, ids.length));
  const rows = parseTargetTable(await readFile(path, 'utf8'), path, ids);
  return async (index) => ({ shape: [rows[index]!.length], data: Float32Array.from(rows[index]!) });
}

function inOrder(targets: readonly FloatTensor[]): Targets {
  return async (index) => targets[index]!;
}

function fromArray(array: NpyArray, path: string, count: number): Targets {
  const [samples, ...shape] = array.shape;
  if (samples !== count) throw otherCount(path, count, `${samples ?? 'a single number'}`);
  const length = sizeOf(shape);
  return async (index) => ({
    shape,
    data: npyToFloat32({ ...array, data: array.data.slice(index * length, (index + 1) * length) }),
  });
}

async function openMasks(folder: string, ids: readonly string[]): Promise<Targets> {
  const files = (await readdir(folder, { recursive: true }))
    .map((file) => file.replaceAll('\\', '/'))
    .filter((file) => /\.(png|npy)$/i.test(file) && !/(^|\/)\./.test(file))
    .sort();
  const byStem = new Map(files.map((file) => [stemOf(file), file]));
  const named = ids.map((id) => byStem.get(stemOf(id)) ?? byStem.get(id));
  const missing = ids.filter((_, i) => named[i] === undefined);
  // Samples of a stack have no names of their own.
  const inOrder = missing.length > 0 && ids.every((id) => /^\d+$/.test(id)) && files.length === ids.length;
  if (missing.length > 0 && !inOrder) throw withoutMask(folder, missing, ids.length);
  return (index) => readMask(join(folder, inOrder ? files[index]! : named[index]!));
}

async function readMask(path: string): Promise<FloatTensor> {
  if (path.toLowerCase().endsWith('.npy')) {
    const array = await readNpy(path);
    return { shape: array.shape, data: npyToFloat32(array) };
  }
  const { width, height, data } = await readIndexPng(new Uint8Array(await readFile(path)), path);
  return { shape: [height, width], data };
}

function stemOf(file: string): string {
  return file.slice(0, file.length - extname(file).length);
}

function otherCount(where: string, count: number, got: string): DataError {
  return new DataError({
    where,
    expected: `${count} targets, one a sample`,
    got,
    remedy: 'Give the targets that belong to these inputs',
    means: ['labels'],
  });
}

function withoutMask(where: string, missing: readonly string[], count: number): DataError {
  const shown = missing.slice(0, 5).map((id) => `'${id}'`);
  const more = missing.length > 5 ? ` and ${missing.length - 5} more` : '';
  return new DataError({
    where,
    expected: `a .png or .npy for each of ${count} samples, named as it is`,
    got: `none for ${shown.join(', ')}${more}`,
    remedy: 'Name the masks as the samples, whatever their extension',
    means: ['labels'],
  });
}

function unreadable(where: string, error: unknown): DataError {
  return new DataError(
    {
      where,
      expected:
        'targets: a .npy array, a table of numbers, a folder of masks, or boxes as a COCO or .npz file',
      got: messageOf(error),
      remedy: 'Check the path',
      means: ['labels'],
    },
    { cause: error },
  );
}
