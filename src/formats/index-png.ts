import { FormatError } from '../errors.ts';

/** Numbers of a picture, row by row. */
export interface IndexImage {
  readonly width: number;
  readonly height: number;
  /** One whole number a pixel: the position in the palette, or the grey value as it is written. */
  readonly data: Float32Array;
}

interface Header {
  readonly width: number;
  readonly height: number;
  readonly depth: number;
}

const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/**
 * Reads a PNG whose pixels are indices, as label masks are: with a palette, or grey. What the palette's colours are does not matter,
 * which is why a decoder of pictures will not do. Formats: colour types 0 and 3 of any depth, not interlaced (W3C PNG, third edition).
 *
 * @param where the file, for errors
 * @throws FormatError if it is no PNG, has colours, is interlaced, or ends early
 */
export async function readIndexPng(bytes: Uint8Array, where: string): Promise<IndexImage> {
  if (!signature.every((byte, i) => bytes[i] === byte)) throw refuse(where, 'another format');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let header: Header | undefined;
  for (let at = signature.length; at + 12 <= bytes.length; ) {
    const length = view.getUint32(at);
    const name = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    if (at + 12 + length > bytes.length) throw refuse(where, 'a file that ends early');
    if (name === 'IHDR') header = readHeader(view, at + 8, where);
    if (name === 'IDAT') parts.push(new Uint8Array(bytes.subarray(at + 8, at + 8 + length)));
    if (name === 'IEND') break;
    at += 12 + length;
  }
  if (!header || parts.length === 0) throw refuse(where, 'no picture in it');
  return unpack(header, await inflate(parts, where), where);
}

function readHeader(view: DataView, at: number, where: string): Header {
  const [depth, colour, interlaced] = [view.getUint8(at + 8), view.getUint8(at + 9), view.getUint8(at + 12)];
  if (colour !== 0 && colour !== 3) throw refuse(where, 'a picture in colours');
  if (interlaced !== 0) throw refuse(where, 'an interlaced picture');
  return { width: view.getUint32(at), height: view.getUint32(at + 4), depth };
}

async function inflate(parts: Uint8Array<ArrayBuffer>[], where: string): Promise<Uint8Array> {
  const stream = new Blob(parts).stream().pipeThrough(new DecompressionStream('deflate'));
  try {
    return new Uint8Array(await new Response(stream).arrayBuffer());
  } catch {
    throw refuse(where, 'damaged data');
  }
}

function unpack({ width, height, depth }: Header, lines: Uint8Array, where: string): IndexImage {
  const stride = Math.ceil((width * depth) / 8);
  if (lines.length < height * (stride + 1)) throw refuse(where, 'a file that ends early');
  const step = Math.max(1, depth >> 3);
  const data = new Float32Array(width * height);
  let above = new Uint8Array(stride);
  for (let y = 0; y < height; y++) {
    const start = y * (stride + 1);
    const line = lines.slice(start + 1, start + 1 + stride);
    unfilter(lines[start]!, line, above, step);
    for (let x = 0; x < width; x++) data[y * width + x] = pixel(line, x, depth);
    above = line;
  }
  return { width, height, data };
}

function pixel(line: Uint8Array, x: number, depth: number): number {
  if (depth === 16) return 256 * line[2 * x]! + line[2 * x + 1]!;
  const bit = x * depth;
  return (line[bit >> 3]! >> (8 - depth - (bit & 7))) & ((1 << depth) - 1);
}

/** Takes the prediction from the neighbours back, in place. */
function unfilter(kind: number, line: Uint8Array, above: Uint8Array, step: number): void {
  for (let i = 0; i < line.length; i++) {
    const left = i >= step ? line[i - step]! : 0;
    const up = above[i]!;
    const corner = i >= step ? above[i - step]! : 0;
    const predicted = [0, left, up, (left + up) >> 1, paeth(left, up, corner)][kind] ?? 0;
    line[i] = line[i]! + predicted;
  }
}

/** The neighbour nearest to left + up − corner. */
function paeth(left: number, up: number, corner: number): number {
  const guess = left + up - corner;
  const [a, b, c] = [Math.abs(guess - left), Math.abs(guess - up), Math.abs(guess - corner)];
  if (a <= b && a <= c) return left;
  return b <= c ? up : corner;
}

function refuse(where: string, got: string): FormatError {
  return new FormatError({
    where,
    expected: 'a PNG of indices: with a palette or grey, not interlaced',
    got,
    remedy: 'Save the masks as such PNGs, or as .npy',
  });
}
