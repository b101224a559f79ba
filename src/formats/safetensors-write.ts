import type { FileHandle } from 'node:fs/promises';
import { FormatError } from '../errors.ts';
import { bytesPerElement } from '../graph/data-type.ts';
import type { Tensor } from '../graph/tensor.ts';
import { safetensorsDtype } from './safetensors-data-type.ts';
import { writeAtomically } from './write-atomically.ts';

const alignment = 8;

/**
 * Writes tensors as a `.safetensors` file. The bytes go into a temporary file in the same folder that takes the name
 * at the end, so the file is never seen half-written and may replace the one its tensors come from.
 *
 * Wide element types come first, and the data starts at a multiple of 8: every tensor is aligned to its elements.
 *
 * @param path the file to make or replace
 * @param tensors the tensors by name; one at a time is held in memory
 * @param metadata free texts for the header's `__metadata__`; default: none
 * @throws FormatError if a tensor has the reserved name `__metadata__`
 * @throws UsageError if the folder cannot be written
 */
export async function writeSafetensors(
  path: string,
  tensors: ReadonlyMap<string, Tensor>,
  metadata: Readonly<Record<string, string>> = {},
): Promise<void> {
  const ordered = [...tensors].toSorted(([, a], [, b]) => elementSize(b) - elementSize(a));
  const header = encodeHeader(path, ordered, metadata);
  await writeAtomically(path, async (file) => {
    await writeFully(file, header);
    for (const [, tensor] of ordered) await writeFully(file, tensor.bytes());
  });
}

function elementSize(tensor: Tensor): number {
  return bytesPerElement(tensor.dataType);
}

function encodeHeader(
  path: string,
  tensors: readonly (readonly [string, Tensor])[],
  metadata: Readonly<Record<string, string>>,
): Buffer {
  const entries: [string, unknown][] = [];
  if (Object.keys(metadata).length > 0) entries.push(['__metadata__', metadata]);
  let begin = 0;
  for (const [name, { dataType, shape, byteLength }] of tensors) {
    if (name === '__metadata__') throw reservedName(path);
    const end = begin + byteLength;
    entries.push([name, { dtype: safetensorsDtype(dataType), shape, data_offsets: [begin, end] }]);
    begin = end;
  }
  const json = Buffer.from(JSON.stringify(Object.fromEntries(entries)));
  const length = Math.ceil(json.length / alignment) * alignment;
  const header = Buffer.alloc(8 + length, ' ');
  header.writeBigUInt64LE(BigInt(length));
  json.copy(header, 8);
  return header;
}

/** Writes all bytes: one system call takes at most 2 GiB, and may take less than it is given. */
async function writeFully(file: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, done, Math.min(bytes.length - done, 2 ** 30));
    done += bytesWritten;
  }
}

function reservedName(path: string): FormatError {
  return new FormatError({
    where: path,
    expected: 'tensor names other than __metadata__',
    got: "a tensor named '__metadata__'",
    remedy: 'Rename it: safetensors keeps that name for itself',
  });
}
