import { FormatError } from '../errors.ts';

const descriptors = {
  float32: { code: 'f4', bytes: 4 },
  float64: { code: 'f8', bytes: 8 },
  float16: { code: 'f2', bytes: 2 },
  int8: { code: 'i1', bytes: 1 },
  uint8: { code: 'u1', bytes: 1 },
  bool: { code: 'b1', bytes: 1 },
  int16: { code: 'i2', bytes: 2 },
  uint16: { code: 'u2', bytes: 2 },
  int32: { code: 'i4', bytes: 4 },
  uint32: { code: 'u4', bytes: 4 },
  int64: { code: 'i8', bytes: 8 },
  uint64: { code: 'u8', bytes: 8 },
  complex64: { code: 'c8', bytes: 8 },
  complex128: { code: 'c16', bytes: 16 },
} as const;

/** Element type in an `.npy` file. */
export type NpyFileType = keyof typeof descriptors;

/** What the header of an `.npy` file says. */
export interface NpyHeader {
  dataType: NpyFileType;
  bytesPerElement: number;
  /** True if the first axis is the fastest. */
  fortranOrder: boolean;
  shape: number[];
  /** First byte of the elements. */
  dataOffset: number;
}

const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];

/**
 * Decodes the header of an `.npy` file, versions 1.0 to 3.0.
 *
 * @param where name of the source for error messages
 * @throws FormatError if the bytes are no `.npy` file, end inside the header, or describe big-endian numbers,
 *   Python objects or records.
 */
export function parseNpyHeader(bytes: Uint8Array, where: string): NpyHeader {
  const { text, end } = headerText(bytes, where);
  const descriptor = /['"]descr['"]\s*:\s*['"]([^'"]*)['"]/.exec(text)?.[1];
  const order = /['"]fortran_order['"]\s*:\s*(True|False)/.exec(text)?.[1];
  const shape = /['"]shape['"]\s*:\s*\(([\dL,\s]*)\)/.exec(text)?.[1];
  if (order === undefined || shape === undefined) {
    throw new FormatError({
      where,
      expected: "a header with 'descr', 'fortran_order' and 'shape'",
      got: JSON.stringify(text.trim().slice(0, 200)),
      remedy: 'Write the file again with numpy.save',
    });
  }
  const dataType = dataTypeOf(descriptor, where);
  return {
    dataType,
    bytesPerElement: descriptors[dataType].bytes,
    fortranOrder: order === 'True',
    // Python 2 wrote long integers as 3L.
    shape: shape
      .split(',')
      .map((length) => length.trim())
      .filter(Boolean)
      .map((length) => Number.parseInt(length, 10)),
    dataOffset: end,
  };
}

/** The header that numpy writes for a C-order array (version 1.0), padded so that the data starts at a multiple of 64. */
export function encodeNpyHeader(dataType: NpyFileType, shape: readonly number[]): Uint8Array {
  const { code, bytes } = descriptors[dataType];
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`;
  const text = `{'descr': '${bytes === 1 ? '|' : '<'}${code}', 'fortran_order': False, 'shape': ${tuple}, }`;
  // Numpy leaves room for a first axis of 21 digits, so that files can grow in place.
  const room = shape.length > 0 ? 21 - String(shape[0]).length : 0;
  const total = Math.ceil((10 + text.length + room + 1) / 64) * 64;
  const header = new Uint8Array(total).fill(0x20);
  header.set([...magic, 1, 0, (total - 10) & 0xff, (total - 10) >> 8]);
  header.set(new TextEncoder().encode(text), 10);
  header[total - 1] = 0x0a;
  return header;
}

/** The text in the header of an `.npy` file, and where it ends. @throws FormatError as {@link parseNpyHeader} */
export function headerText(bytes: Uint8Array, where: string): { text: string; end: number } {
  if (bytes.length < magic.length || magic.some((byte, i) => bytes[i] !== byte)) {
    throw new FormatError({
      where,
      expected: 'an .npy file (it starts with \\x93NUMPY)',
      got: bytes.length === 0 ? 'an empty file' : 'other bytes',
      remedy: 'Write the array with numpy.save, not savez or savetxt',
    });
  }
  const version = bytes[6] ?? 0;
  if (bytes.length >= 8 && (version < 1 || version > 3)) {
    throw new FormatError({
      where,
      expected: '.npy version 1.0, 2.0 or 3.0',
      got: `${version}.${bytes[7]}`,
      remedy: 'Write the file again with numpy.save',
    });
  }
  const start = version === 1 ? 10 : 12;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = bytes.length < start ? 0 : version === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  if (bytes.length < start + length) {
    throw new FormatError({
      where,
      expected: `a header of ${start + length} bytes`,
      got: `a file of ${bytes.length}`,
      remedy: 'The file is truncated; copy or write it again',
    });
  }
  return { text: new TextDecoder().decode(bytes.subarray(start, start + length)), end: start + length };
}

function dataTypeOf(descriptor: string | undefined, where: string): NpyFileType {
  const [order, code] = [descriptor?.[0], descriptor?.slice(1)];
  const known = Object.entries(descriptors).find(([, facts]) => facts.code === code);
  if (known && (order === '<' || known[1].bytes === 1)) return known[0] as NpyFileType;
  throw new FormatError({
    where,
    expected: 'little-endian numbers (f2, f4, f8, i1 to i8, u1 to u8, c8, c16) or bool',
    got: describeDescriptor(descriptor),
    remedy: "Convert the array in Python, for example with array.astype('<f4'), and save it again",
  });
}

function describeDescriptor(descriptor: string | undefined): string {
  if (descriptor === undefined) return 'records';
  if (descriptor.startsWith('>')) return `big-endian numbers '${descriptor}'`;
  if (descriptor.includes('O')) return `Python objects '${descriptor}'`;
  return `'${descriptor}'`;
}
