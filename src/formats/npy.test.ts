import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { FormatError } from '../errors.ts';
import { fc } from '../properties.fixture.ts';
import { encodeNpy, type NpyArray, npyToFloat32, parseNpy } from './npy.ts';

// Written by numpy 1.24.2: np.save of np.asfortranarray(np.arange(24, dtype='<i2').reshape(2, 3, 4)).
const fortranFile =
  'k05VTVBZAQB2AHsnZGVzY3InOiAnPGkyJywgJ2ZvcnRyYW5fb3JkZXInOiBUcnVlLCAnc2hhcGUnOiAoMiwgMywgNCksIH0gICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAAAwABAAQAAgAFAABAA0ABQARAAkAFQACAA4ABgASAAoAFgADAA8ABwATAAsAFwA=';
// Written by numpy 1.24.2 as version 2.0: np.array([1.5, -2, 65504, 6e-8], dtype='<f2').
const halfFile =
  'k05VTVBZAgB0AAAAeydkZXNjcic6ICc8ZjInLCAnZm9ydHJhbl9vcmRlcic6IEZhbHNlLCAnc2hhcGUnOiAoNCwpLCB9ICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgIAoAPgDA/3sBAA==';

const shortHash = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex').slice(0, 16);
const float32 = (shape: number[], values: number[]): NpyArray => ({
  shape,
  dataType: 'float32',
  data: Float32Array.from(values),
});

/** A file of version 1.0 with any header text. */
function fileWith(header: string, dataBytes: number, version = 1): Uint8Array {
  const text = new TextEncoder().encode(header);
  const start = version === 1 ? 10 : 12;
  const bytes = new Uint8Array(start + text.length + dataBytes);
  bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, version, 0, text.length & 0xff, text.length >> 8]);
  bytes.set(text, start);
  return bytes;
}

describe('encodeNpy', () => {
  test.each([
    // SHA-256 of what numpy 1.24.2 saves.
    [float32([2, 3], [0, 1, 2, 3, 4, 5]), '47d9cb788e60cfff'],
    [{ shape: [], dataType: 'int64', data: BigInt64Array.of(5n) } satisfies NpyArray, 'dc828d995d1b8f2c'],
    [{ shape: [3], dataType: 'uint8', data: Uint8Array.of(0, 1, 2) } satisfies NpyArray, '8575255195e98ce1'],
  ])('writes the bytes that numpy writes (%#)', (array, expected) => {
    expect(shortHash(encodeNpy(array))).toBe(expected);
  });

  test('refuses data that does not fill the shape', () => {
    expect(() => encodeNpy(float32([2, 2], [1, 2, 3]))).toThrow(
      expect.objectContaining({
        name: 'FormatError',
        message:
          'encodeNpy: expected a Float32Array of 4 elements for float32[2,2], got a Float32Array of 3. Give data that fits the shape and the element type.',
      }),
    );
  });

  test('refuses data of another type', () => {
    expect(() => encodeNpy({ shape: [1], dataType: 'int64', data: Int32Array.of(1) })).toThrow(
      'a BigInt64Array of 1 elements',
    );
  });
});

describe('parseNpy', () => {
  test('gives back what was encoded, for every element type', () => {
    const arrays = [
      Float32Array.of(1.5, -2),
      Float64Array.of(0.1, 2),
      Int8Array.of(-1, 2),
      Uint8Array.of(255, 2),
      Int16Array.of(-1, 2),
      Uint16Array.of(65535, 2),
      Int32Array.of(-1, 2),
      Uint32Array.of(2 ** 32 - 1, 2),
      BigInt64Array.of(-1n, 2n ** 62n),
      BigUint64Array.of(2n ** 64n - 1n, 2n),
    ];
    const names = [
      'float32',
      'float64',
      'int8',
      'uint8',
      'int16',
      'uint16',
      'int32',
      'uint32',
      'int64',
      'uint64',
    ] as const;
    for (const [i, data] of arrays.entries()) {
      const array: NpyArray = { shape: [2], dataType: names[i]!, data };
      expect(parseNpy(encodeNpy(array), 'x')).toEqual(array);
    }
    const flags: NpyArray = { shape: [1, 2], dataType: 'bool', data: Uint8Array.of(1, 0) };
    expect(parseNpy(encodeNpy(flags), 'x')).toEqual(flags);
  });

  test('gives back any float32 array at any place in memory', () => {
    fc.assert(
      fc.property(fc.array(fc.float()), fc.nat(9), (values, offset) => {
        const array = float32([values.length, 1], values);
        const encoded = encodeNpy(array);
        const moved = new Uint8Array(encoded.length + offset);
        moved.set(encoded, offset);
        expect(parseNpy(moved.subarray(offset), 'x')).toEqual(array);
      }),
      { numRuns: 50 },
    );
  });

  test('transposes Fortran order into C order', () => {
    const { shape, dataType, data } = parseNpy(Buffer.from(fortranFile, 'base64'), 'f.npy');
    expect({ shape, dataType }).toEqual({ shape: [2, 3, 4], dataType: 'int16' });
    expect(data).toEqual(Int16Array.from({ length: 24 }, (_, i) => i));
  });

  test('decodes float16 of a version 2.0 file to float32', () => {
    const { dataType, data } = parseNpy(Buffer.from(halfFile, 'base64'), 'h.npy');
    expect(dataType).toBe('float32');
    expect(data).toEqual(Float32Array.of(1.5, -2, 65504, 2 ** -24));
  });

  test.each([
    ['False', [1, 2, 3, 4, 5, 6, 7, 8]],
    ['True', [1, 2, 5, 6, 3, 4, 7, 8]],
  ])('reads complex numbers as pairs with fortran_order %s', (order, expected) => {
    for (const [type, Numbers] of [
      ['c8', Float32Array],
      ['c16', Float64Array],
    ] as const) {
      const numbers = Numbers.of(1, 2, 3, 4, 5, 6, 7, 8);
      const header = `{'descr': '<${type}', 'fortran_order': ${order}, 'shape': (2, 2), }\n`;
      const bytes = fileWith(header, numbers.byteLength);
      bytes.set(new Uint8Array(numbers.buffer), bytes.length - numbers.byteLength);
      const { shape, complex, data } = parseNpy(bytes, 'c.npy');
      expect([shape, complex, data]).toEqual([[2, 2, 2], true, Numbers.from(expected)]);
    }
  });

  test('reads version 3.0 and the long integers of Python 2', () => {
    const bytes = fileWith("{'descr': '<f4', 'fortran_order': False, 'shape': (2L, 1L), }\n", 8, 3);
    expect(parseNpy(bytes, 'x')).toEqual(float32([2, 1], [0, 0]));
  });

  test.each([
    ["'>f4'", "got big-endian numbers '>f4'"],
    ["'|O'", "got Python objects '|O'"],
    ["'<c32'", "got '<c32'"],
    ["[('a', '<f4')]", 'got records'],
  ])('refuses the element type %s', (descriptor, message) => {
    const bytes = fileWith(`{'descr': ${descriptor}, 'fortran_order': False, 'shape': (1,), }\n`, 4);
    expect(() => parseNpy(bytes, 'a.npy')).toThrow(FormatError);
    expect(() => parseNpy(bytes, 'a.npy')).toThrow(
      `a.npy: expected little-endian numbers (f2, f4, f8, i1 to i8, u1 to u8, c8, c16) or bool, ${message}. Convert`,
    );
  });

  test('refuses files cut anywhere', () => {
    const whole = encodeNpy(float32([4], [1, 2, 3, 4]));
    for (const length of [0, 3, 7, 9, 11, 60, 127, 128, 143]) {
      expect(() => parseNpy(whole.subarray(0, length), 'cut.npy')).toThrow(FormatError);
    }
    expect(() => parseNpy(whole.subarray(0, 143), 'cut.npy')).toThrow(
      'cut.npy: expected 16 bytes of data for float32[4], got 15. The file is truncated; copy or write it again.',
    );
  });

  test('refuses bytes behind the data', () => {
    const whole = encodeNpy(float32([4], [1, 2, 3, 4]));
    const longer = new Uint8Array(whole.length + 3);
    longer.set(whole);
    expect(() => parseNpy(longer, 'long.npy')).toThrow(
      'long.npy: expected 16 bytes of data for float32[4], got 3 more. The shape in its head does not fit the data; write the file again.',
    );
  });

  test('refuses other files, other versions and headers without a shape', () => {
    expect(() => parseNpy(Buffer.from('PK\u0003\u0004 archive'), 'a.npz')).toThrow(
      'expected an .npy file (it starts with \\x93NUMPY), got other bytes. Write the array with numpy.save',
    );
    expect(() => parseNpy(fileWith('', 0, 9), 'x')).toThrow('expected .npy version 1.0, 2.0 or 3.0, got 9.0');
    expect(() => parseNpy(fileWith("{'descr': '<f4'}", 0), 'x')).toThrow("'fortran_order' and 'shape'");
  });
});

test('npyToFloat32 passes float32 on and converts all other numbers', () => {
  const array = float32([2], [1, 2]);
  expect(npyToFloat32(array)).toBe(array.data);
  expect(npyToFloat32({ shape: [2], dataType: 'int64', data: BigInt64Array.of(-3n, 4n) })).toEqual(
    Float32Array.of(-3, 4),
  );
  expect(npyToFloat32({ shape: [1], dataType: 'float64', data: Float64Array.of(0.1) })).toEqual(
    Float32Array.of(0.1),
  );
});
