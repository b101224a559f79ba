import type { Dataset, DatasetOptions, Sample } from '../data/dataset.ts';
import type { DatasetKind } from '../data/define-dataset.ts';
import { locateData } from '../decoding/locate-data.ts';
import { sizeOf } from '../graph/shape.ts';
import { openDataset } from '../opening/open-dataset.ts';
import { type Check, mustHold } from './check.ts';
import { requireName, requireTexts } from './requirements.ts';

/** Samples that are looked at. */
const most = 8;

/**
 * What must hold of every kind of data set, on data of that kind: those of Transpike pass these checks, too.
 *
 * @param address a path with such data, or what stands for data that lie in no file
 * @param options as the data need them, for example `labels`
 */
export function datasetChecks(kind: DatasetKind, address: string, options: DatasetOptions = {}): Check[] {
  const check = (name: string, run: () => void | Promise<void>): Check => ({
    name: `${kind.name} ${name}`,
    run: async () => run(),
  });
  const onData = (name: string, run: (dataset: Dataset) => void | Promise<void>) =>
    check(name, async () => run(await open(kind, address, options)));
  return [
    check('says what it is', () => {
      requireName(kind.name);
      requireTexts({ summary: kind.summary });
    }),
    check('knows its own data', () => knows(kind, address)),
    onData('has samples with names of their own', hasOwnNames),
    onData('gives the same sample whenever it is asked, also side by side', repeatsItself),
    onData('gives samples that are whole', async (dataset) => {
      for (const sample of await samplesOf(dataset)) requireWhole(sample);
    }),
    onData('has labels where it says so, of classes that it has', hasItsLabels),
  ];
}

async function open(kind: DatasetKind, address: string, options: DatasetOptions): Promise<Dataset> {
  const location = kind.isAddress?.(address)
    ? { path: address, name: address, isFolder: false, files: [], folders: [] }
    : await locateData(address);
  return kind.open(location, options, openDataset);
}

async function knows(kind: DatasetKind, address: string): Promise<void> {
  const known = kind.isAddress?.(address) || (await kind.matches(await locateData(address)));
  mustHold(known, () => `expected '${address}' to be data of this kind, by isAddress or matches`);
}

function indicesOf({ size }: Dataset): number[] {
  return Array.from({ length: Math.min(size, most) }, (_, i) =>
    Math.floor((i * size) / Math.min(size, most)),
  );
}

function samplesOf(dataset: Dataset): Promise<Sample[]> {
  return Promise.all(indicesOf(dataset).map((index) => dataset.sample(index)));
}

async function hasOwnNames(dataset: Dataset): Promise<void> {
  mustHold(Number.isInteger(dataset.size) && dataset.size > 0, () => `expected samples, got ${dataset.size}`);
  const ids = Array.from({ length: dataset.size }, (_, i) => dataset.id(i));
  mustHold(new Set(ids).size === ids.length, () => 'expected another id for every sample');
  for (const index of indicesOf(dataset)) {
    const { id } = await dataset.sample(index);
    mustHold(id === ids[index], () => `sample ${index}: expected the id '${ids[index]}', got '${id}'`);
  }
}

async function repeatsItself(dataset: Dataset): Promise<void> {
  const together = await samplesOf(dataset);
  for (const [i, index] of indicesOf(dataset).entries()) {
    const again = await dataset.sample(index);
    mustHold(
      JSON.stringify(plain(again)) === JSON.stringify(plain(together[i])),
      () => `sample ${index}: expected the same when it is read again`,
    );
  }
}

/** Numbers of an array as text compares them. */
function plain(value: unknown): unknown {
  if (ArrayBuffer.isView(value)) return [...new Uint8Array(value.buffer, value.byteOffset, value.byteLength)];
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, plain(part)]));
}

function requireWhole(sample: Sample): void {
  const where = `sample '${sample.id}'`;
  if (sample.kind === 'tensor') {
    const { shape, data } = sample.tensor;
    mustHold(
      data.length === sizeOf(shape),
      () => `${where}: expected ${sizeOf(shape)} numbers for shape [${shape.join(', ')}], got ${data.length}`,
    );
    const bad = Array.from(data as ArrayLike<number | bigint>, Number).find(
      (number) => !Number.isFinite(number),
    );
    mustHold(bad === undefined, () => `${where}: expected finite numbers, got ${bad}`);
  }
  if (sample.kind === 'image') {
    const { width, height, data } = sample.image;
    const bytes = width * height * 3;
    mustHold(data.length === bytes, () => `${where}: expected ${bytes} bytes for RGB, got ${data.length}`);
  }
}

async function hasItsLabels(dataset: Dataset): Promise<void> {
  const { labelled, classNames } = dataset;
  for (const { id, label } of await samplesOf(dataset)) {
    if (labelled) mustHold(Number.isInteger(label), () => `sample '${id}': expected a label, got ${label}`);
    if (!classNames || label === undefined) continue;
    mustHold(
      label >= 0 && label < classNames.length,
      () => `sample '${id}': expected a label below ${classNames.length}, got ${label}`,
    );
  }
}
