import { type FileHandle, open } from 'node:fs/promises';
import { resolve } from 'node:path';
import { FormatError, listProblems, messageOf } from '../errors.ts';
import { Tensor } from '../graph/tensor.ts';
import { parseSafetensorsHeader } from './safetensors-header.ts';

/** Headers are some hundred bytes a tensor; the format itself stops at 100 MB. */
const longestHeader = 100_000_000;
const prefixLength = 8;

/**
 * Reads the header of a `.safetensors` file. The numbers stay in the file: every tensor has `file` storage with an
 * absolute path, and is read when its numbers are asked for.
 *
 * @param path the file
 * @returns the tensors by name, in the order of the header
 * @throws FormatError that lists everything wrong with the file: header, element types, shapes, offsets, missing bytes
 */
export async function readSafetensors(path: string): Promise<Map<string, Tensor>> {
  const file = await openFile(path);
  try {
    return await readTensors(file, resolve(path));
  } finally {
    await file.close();
  }
}

async function openFile(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'r');
  } catch (cause) {
    throw new FormatError(
      {
        where: path,
        expected: 'a readable safetensors file',
        got: messageOf(cause),
        remedy: 'Check the path and its permissions',
      },
      { cause },
    );
  }
}

async function readTensors(file: FileHandle, path: string): Promise<Map<string, Tensor>> {
  const { size } = await file.stat();
  const headerLength = await readHeaderLength(file, path, size);
  const header = Buffer.alloc(headerLength);
  await file.read(header, 0, headerLength, prefixLength);
  const dataStart = prefixLength + headerLength;
  const { entries, problems } = parseSafetensorsHeader(header.toString('utf8'), size - dataStart);
  if (problems.length > 0) {
    const heading = `${path}: not a sound safetensors file. Download or export it again.`;
    throw new FormatError(listProblems(heading, problems));
  }
  return new Map(
    entries.map(({ name, dataType, shape, begin, end }) => [
      name,
      new Tensor(dataType, shape, { kind: 'file', path, offset: dataStart + begin, length: end - begin }),
    ]),
  );
}

async function readHeaderLength(file: FileHandle, path: string, size: number): Promise<number> {
  const prefix = Buffer.alloc(prefixLength);
  const { bytesRead } = await file.read(prefix, 0, prefixLength, 0);
  const length = bytesRead < prefixLength ? undefined : Number(prefix.readBigUInt64LE());
  if (length !== undefined && length <= longestHeader && length <= size - prefixLength) return length;
  throw new FormatError({
    where: path,
    expected: `${prefixLength} bytes with the length of a header that fits into the file's ${size} bytes`,
    got: length === undefined ? `only ${bytesRead} bytes` : `a length of ${length}`,
    remedy: 'The file is truncated or not a safetensors file (a Git LFS pointer?); download it again',
  });
}
