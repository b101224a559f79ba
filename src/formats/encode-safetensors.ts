import { FormatError } from '../errors.ts';
import { bytesPerElement } from '../graph/data-type.ts';
import type { Tensor } from '../graph/tensor.ts';
import { safetensorsDtype } from './safetensors-data-type.ts';

const alignment = 8;

/**
 * Safetensors piece by piece, so that one tensor at a time is in memory. Wide element types come first, and the data starts at a
 * multiple of 8: every tensor is aligned to its elements.
 *
 * @param where what is written, for messages
 * @param metadata free texts for the header's `__metadata__`
 * @throws FormatError if a tensor has the reserved name `__metadata__`
 */
export function* encodeSafetensors(
  where: string,
  tensors: ReadonlyMap<string, Tensor>,
  metadata: Readonly<Record<string, string>>,
): Generator<Uint8Array> {
  const ordered = [...tensors].toSorted(([, a], [, b]) => elementSize(b) - elementSize(a));
  yield encodeHeader(where, ordered, metadata);
  for (const [, tensor] of ordered) yield tensor.bytes();
}

function elementSize(tensor: Tensor): number {
  return bytesPerElement(tensor.dataType);
}

function encodeHeader(
  where: string,
  tensors: readonly (readonly [string, Tensor])[],
  metadata: Readonly<Record<string, string>>,
): Uint8Array {
  const entries: [string, unknown][] = [];
  if (Object.keys(metadata).length > 0) entries.push(['__metadata__', metadata]);
  let begin = 0;
  for (const [name, { dataType, shape, byteLength }] of tensors) {
    if (name === '__metadata__') throw reservedName(where);
    const end = begin + byteLength;
    entries.push([name, { dtype: safetensorsDtype(dataType), shape, data_offsets: [begin, end] }]);
    begin = end;
  }
  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries(entries)));
  const length = Math.ceil(json.length / alignment) * alignment;
  const header = new Uint8Array(8 + length).fill(0x20);
  new DataView(header.buffer).setBigUint64(0, BigInt(length), true);
  header.set(json, 8);
  return header;
}

function reservedName(where: string): FormatError {
  return new FormatError({
    where,
    expected: 'tensor names other than __metadata__',
    got: "a tensor named '__metadata__'",
    remedy: 'Rename it: safetensors keeps that name for itself',
  });
}
