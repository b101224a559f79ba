import { FormatError, listProblems } from '../errors.ts';
import type { ByteSource } from '../graph/byte-source.ts';
import { Tensor } from '../graph/tensor.ts';
import { parseSafetensorsHeader } from './safetensors-header.ts';

/** Headers are some hundred bytes a tensor; the format itself stops at 100 MB. */
const longestHeader = 100_000_000;
const prefixLength = 8;

/**
 * Reads the header of safetensors. The numbers stay where they are and are read when they are asked for.
 *
 * @returns the tensors by name, in the order of the header
 * @throws FormatError that lists everything wrong: header, element types, shapes, offsets, missing bytes
 */
export function decodeSafetensors(source: ByteSource): Map<string, Tensor> {
  const size = source.length ?? 0;
  const headerLength = readHeaderLength(source, size);
  const header = new TextDecoder().decode(source.read(prefixLength, headerLength));
  const dataStart = prefixLength + headerLength;
  const { entries, problems } = parseSafetensorsHeader(header, size - dataStart);
  if (problems.length > 0) {
    const heading = `${source.location}: not a sound safetensors file. Download or export it again.`;
    throw new FormatError(listProblems(heading, problems));
  }
  return new Map(
    entries.map(({ name, dataType, shape, begin, end }) => [
      name,
      new Tensor(dataType, shape, {
        kind: 'external',
        source,
        offset: dataStart + begin,
        length: end - begin,
      }),
    ]),
  );
}

function readHeaderLength(source: ByteSource, size: number): number {
  const prefix = size < prefixLength ? undefined : source.read(0, prefixLength);
  const length = prefix && Number(new DataView(prefix.buffer, prefix.byteOffset).getBigUint64(0, true));
  if (length !== undefined && length <= longestHeader && length <= size - prefixLength) return length;
  throw new FormatError({
    where: source.location,
    expected: `${prefixLength} bytes with the length of a header that fits into the file's ${size} bytes`,
    got: length === undefined ? `only ${size} bytes` : `a length of ${length}`,
    remedy: 'The file is truncated or not a safetensors file (a Git LFS pointer?); download it again',
  });
}
