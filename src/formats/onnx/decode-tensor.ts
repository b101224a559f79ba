import { FormatError } from '../../errors.ts';
import type { ByteSource } from '../../graph/byte-source.ts';
import { bytesPerElement, type DataType, dataTypeFromOnnx } from '../../graph/data-type.ts';
import { sizeOf } from '../../graph/shape.ts';
import { type ExternalStorage, type MemoryStorage, Tensor } from '../../graph/tensor.ts';
import { externalLocation } from './attribute-kinds.ts';
import type { TensorProto } from './onnx_pb.ts';
import { type PackedIntegers, packedIntegers, unpackIntegers } from './packed-integers.ts';

/** Finds what an ONNX file calls the location of external data: a path relative to its folder, with `/`. */
export type FindExternal = (location: string) => ByteSource;

/**
 * Turns a tensor of an ONNX file into ours. Bytes stay where they are: in the parsed file, or in the external file.
 *
 * @throws FormatError if the external file is missing or too short; GraphError for an unsupported element type.
 */
export function decodeTensor(proto: TensorProto, find: FindExternal): Tensor {
  const where = `tensor '${proto.name}'`;
  const shape = proto.dims.map(Number);
  const packed = packedIntegers(proto.dataType);
  if (packed) return decodePacked(packed, proto, shape, find, where);
  const dataType = dataTypeFromOnnx(proto.dataType, where);
  const byteLength = bytesPerElement(dataType) * sizeOf(shape);
  const storage =
    proto.dataLocation === externalLocation
      ? locateExternal(proto, find, byteLength, where)
      : inlineBytes(proto, dataType);
  return new Tensor(dataType, shape, storage);
}

/** Integers of 2 and 4 bits get a byte each, as all that calculates with them expects. */
function decodePacked(
  packed: PackedIntegers,
  proto: TensorProto,
  shape: readonly number[],
  find: FindExternal,
  where: string,
): Tensor {
  const count = sizeOf(shape);
  const length = Math.ceil((count * packed.bits) / 8);
  const { bytes } =
    proto.dataLocation === externalLocation
      ? readExternal(locateExternal(proto, find, length, where))
      : inlineBytes(proto, 'uint8');
  const unpacked = unpackIntegers(packed, bytes, count);
  return new Tensor(packed.dataType, shape, { kind: 'memory', bytes: unpacked });
}

function readExternal({ source, offset, length }: ExternalStorage): MemoryStorage {
  return { kind: 'memory', bytes: source.read(offset, length) };
}

function locateExternal(
  proto: TensorProto,
  find: FindExternal,
  byteLength: number,
  where: string,
): ExternalStorage {
  const entries = new Map(proto.externalData.map(({ key, value }) => [key, value]));
  const offset = wholeNumber(entries.get('offset') ?? '0', `${where}: offset of its external data`);
  const length = wholeNumber(
    entries.get('length') ?? `${byteLength}`,
    `${where}: length of its external data`,
  );
  if (length !== byteLength) {
    throw new FormatError({
      where,
      expected: `external data of ${byteLength} bytes, as its type and shape need`,
      got: `${length}`,
      remedy: 'Export the model again',
    });
  }
  const source = find(entries.get('location') ?? '');
  const { length: available } = source;
  if (available === undefined) {
    // The same words for every tensor of the file, which then are told once.
    throw new FormatError({
      where: `external data ${source.location}`,
      expected: 'the file with the weights',
      got: 'no such file',
      remedy:
        'Put it back where it was when the model was written, name the folder that it lies in now with the option externalData, or write the model again with the option bundle, which puts the weights into the file',
      means: ['externalData', 'bundle'],
    });
  }
  if (available < offset + length) {
    throw new FormatError({
      where: `external data ${source.location}`,
      expected: 'the complete file with the weights',
      got: `a file of ${available} bytes, which is too short`,
      remedy: 'Put the file back that the model was written with, or write the model again',
    });
  }
  return { kind: 'external', source, offset, length };
}

function wholeNumber(text: string, where: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(value)) return value;
  throw new FormatError({
    where,
    expected: 'a whole number of bytes from 0 on',
    got: `'${text}'`,
    remedy: 'Export the model again',
  });
}

function inlineBytes(proto: TensorProto, dataType: DataType): MemoryStorage {
  if (proto.rawData !== undefined) return { kind: 'memory', bytes: proto.rawData };
  return { kind: 'memory', bytes: bytesOf(typedData(proto, dataType)) };
}

/** The typed fields of ONNX: 32-bit and smaller integers, halves and booleans all travel as int32. */
function typedData(proto: TensorProto, dataType: DataType): ArrayBufferView {
  switch (dataType) {
    case 'float32':
      return Float32Array.from(proto.floatData);
    case 'float64':
      return Float64Array.from(proto.doubleData);
    case 'int64':
      return BigInt64Array.from(proto.int64Data);
    case 'uint64':
      return BigUint64Array.from(proto.uint64Data);
    case 'uint32':
      return Uint32Array.from(proto.uint64Data, Number);
    case 'int32':
      return Int32Array.from(proto.int32Data);
    case 'int16':
      return Int16Array.from(proto.int32Data);
    case 'uint16':
    case 'float16':
    case 'bfloat16':
      return Uint16Array.from(proto.int32Data);
    case 'int8':
      return Int8Array.from(proto.int32Data);
    case 'uint8':
    case 'bool':
      return Uint8Array.from(proto.int32Data);
  }
}

function bytesOf(view: ArrayBufferView): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}
