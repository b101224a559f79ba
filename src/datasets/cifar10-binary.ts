import { open, readFile, stat } from 'node:fs/promises';
import { dirname, extname, join } from 'node:path';
import { choosePart } from '../data/choose-part.ts';
import type { DataLocation } from '../data/data-location.ts';
import type { DatasetOptions } from '../data/dataset.ts';
import { defineDataset } from '../data/define-dataset.ts';
import { listFolder } from '../decoding/locate-data.ts';
import { DataError } from '../errors.ts';
import type { RgbImage } from '../images/rgb-image.ts';

const side = 32;
const plane = side * side;
const recordLength = 1 + 3 * plane;
const classCount = 10;

const splitPatterns: Record<string, RegExp> = { test: /test/i, train: /train|data_batch/i };

/** One picture in one of the files. */
interface RecordPlace {
  path: string;
  offset: number;
  id: string;
}

/**
 * The binary form of CIFAR-10: files of records of 3073 bytes (label, then the red, green and blue plane of 32 × 32 pixels), a folder
 * of them or a single one. `batches.meta.txt` tells the names of the classes. Ids are `file.bin/number`.
 */
export const cifar10Binary = defineDataset({
  name: 'cifar10-binary',
  summary: 'a .bin file of CIFAR-10 records of 3073 bytes, or a folder of such files',
  accepts: ['split'],
  matches: ({ isFolder, name, files }) => (isFolder ? files.some(isBinary) : isBinary(name)),
  async open(location, options) {
    const folder = location.isFolder ? location.path : dirname(location.path);
    const places: RecordPlace[] = [];
    for (const file of chooseFiles(location, options)) places.push(...(await placesIn(folder, file)));
    const classNames = await readClassNames(folder);
    return {
      kind: 'cifar10-binary',
      name: location.name,
      size: places.length,
      labelled: true,
      ...(classNames && { classNames }),
      id: (index) => places[index]!.id,
      sample: async (index) => {
        const place = places[index]!;
        const record = await readRecord(place);
        return { kind: 'image', id: place.id, label: labelOf(record, place), image: imageOf(record) };
      },
    };
  },
});

function isBinary(name: string): boolean {
  return extname(name).toLowerCase() === '.bin';
}

function chooseFiles({ isFolder, name, path, files }: DataLocation, options: DatasetOptions): string[] {
  const binaries = isFolder ? files.filter(isBinary) : [name];
  if (options.split === undefined && binaries.length === 1) return binaries;
  const filesOf = (split: string) => binaries.filter((file) => splitPatterns[split]?.test(file));
  const wanted = choosePart(options, (part) => filesOf(part).length > 0);
  const chosen = filesOf(wanted);
  if (chosen.length > 0) return chosen;
  throw new DataError({
    where: path,
    expected: `files of the split '${wanted}' (test: *test*.bin, train: data_batch*.bin or *train*.bin)`,
    got: binaries.join(', '),
    remedy: "Give the option split as 'train' or 'test', or the path of a single file",
    means: ['split'],
  });
}

async function placesIn(folder: string, file: string): Promise<RecordPlace[]> {
  const path = join(folder, file);
  const { size } = await stat(path);
  if (size === 0 || size % recordLength !== 0) {
    throw new DataError({
      where: path,
      expected: `a positive multiple of ${recordLength} bytes (CIFAR-10 records)`,
      got: `${size} bytes`,
      remedy: 'Take files of the binary version of CIFAR-10, or download them again',
    });
  }
  return Array.from({ length: size / recordLength }, (_, i) => ({
    path,
    offset: i * recordLength,
    id: `${file}/${i}`,
  }));
}

async function readClassNames(folder: string): Promise<string[] | undefined> {
  const { files } = await listFolder(folder);
  if (!files.includes('batches.meta.txt')) return undefined;
  const text = await readFile(join(folder, 'batches.meta.txt'), 'utf8');
  return text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter(Boolean);
}

async function readRecord({ path, offset }: RecordPlace): Promise<Uint8Array> {
  const file = await open(path, 'r');
  try {
    const record = new Uint8Array(recordLength);
    const { bytesRead } = await file.read(record, 0, recordLength, offset);
    if (bytesRead === recordLength) return record;
    throw new DataError({
      where: path,
      expected: `a record of ${recordLength} bytes at offset ${offset}`,
      got: `the end of the file after ${bytesRead}`,
      remedy: 'Leave the file alone while it is read, or download it again',
    });
  } finally {
    await file.close();
  }
}

function labelOf(record: Uint8Array, { path, id }: RecordPlace): number {
  const label = record[0]!;
  if (label < classCount) return label;
  throw new DataError({
    where: `${path}: record ${id}`,
    expected: `a label from 0 to ${classCount - 1}`,
    got: `${label}`,
    remedy: 'Take files of the binary version of CIFAR-10 (not CIFAR-100), or download them again',
  });
}

function imageOf(record: Uint8Array): RgbImage {
  const data = new Uint8Array(3 * plane);
  for (let pixel = 0; pixel < plane; pixel++) {
    for (let c = 0; c < 3; c++) data[3 * pixel + c] = record[1 + c * plane + pixel]!;
  }
  return { width: side, height: side, data };
}
