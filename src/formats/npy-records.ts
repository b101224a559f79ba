import { FormatError } from '../errors.ts';
import { headerText } from './npy-header.ts';

/** A field of a record. */
export interface RecordField {
  readonly name: string;
  /** Place in the record. */
  readonly offset: number;
  /** Kind of numbers as numpy calls it, with the bytes: `u2`, `f4`. */
  readonly type: string;
}

/** What the header of an `.npy` file of records says. */
export interface RecordHeader {
  readonly fields: readonly RecordField[];
  /** Bytes of a record. */
  readonly length: number;
  /** Number of records. */
  readonly count: number;
  /** First byte of the records. */
  readonly dataOffset: number;
}

/**
 * Decodes the header of an `.npy` file of records (a structured array of numpy); undefined where it has plain numbers.
 *
 * @throws FormatError if the bytes are no `.npy` file, or a field is no little-endian number
 */
export function parseRecordHeader(bytes: Uint8Array, where: string): RecordHeader | undefined {
  const { text, end } = headerText(bytes, where);
  const list = /['"]descr['"]\s*:\s*\[(.*?)\]\s*,\s*['"](?:fortran_order|shape)/s.exec(text)?.[1];
  if (list === undefined) return undefined;
  const fields: RecordField[] = [];
  let offset = 0;
  for (const [, name = '', order = '', type = ''] of list.matchAll(
    /\(\s*['"]([^'"]*)['"]\s*,\s*['"]([<>|=]?)([a-zA-Z]\d+)['"]\s*\)/g,
  )) {
    const length = Number(type.slice(1));
    if (!type.startsWith('V')) {
      if (order === '>' || !/^(?:[iu][1248]|f[48]|b1)$/.test(type)) {
        throw new FormatError({
          where,
          expected: 'fields of little-endian numbers',
          got: `'${name}' of '${order}${type}'`,
          remedy: 'Convert the array in Python and save it again',
        });
      }
      fields.push({ name, offset, type });
    }
    offset += length;
  }
  const count = Number(/['"]shape['"]\s*:\s*\(\s*(\d+)/.exec(text)?.[1] ?? 1);
  return { fields, length: offset, count, dataOffset: end };
}

/** Reads one field of the record at a place. */
export function fieldReader({ offset, type }: RecordField): (view: DataView, record: number) => number {
  const readers: Readonly<Record<string, (view: DataView, at: number) => number>> = {
    b1: (view, at) => view.getUint8(at),
    i1: (view, at) => view.getInt8(at),
    u1: (view, at) => view.getUint8(at),
    i2: (view, at) => view.getInt16(at, true),
    u2: (view, at) => view.getUint16(at, true),
    i4: (view, at) => view.getInt32(at, true),
    u4: (view, at) => view.getUint32(at, true),
    i8: (view, at) => Number(view.getBigInt64(at, true)),
    u8: (view, at) => Number(view.getBigUint64(at, true)),
    f4: (view, at) => view.getFloat32(at, true),
    f8: (view, at) => view.getFloat64(at, true),
  };
  const read = readers[type] ?? (() => 0);
  return (view, record) => read(view, record + offset);
}
