/** Says at which byte of a frame what is wrong. */
export class Lz4Error extends Error {
  readonly offset: number;

  constructor(offset: number, message: string) {
    super(message);
    this.offset = offset;
  }
}

const magic = 0x184d2204;

/**
 * What a frame of LZ4 holds, with its checksums held to. Blocks may look back into those before them.
 *
 * @throws Lz4Error where it is damaged
 */
export function decodeLz4Frame(bytes: Uint8Array): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const need = (at: number, length: number) => {
    if (at + length > bytes.length) throw new Lz4Error(at, `${length} bytes more, got the end`);
  };
  need(0, 7);
  if (view.getUint32(0, true) !== magic) throw new Lz4Error(0, 'a frame of LZ4, got other bytes');
  const flags = bytes[4]!;
  const has = (bit: number) => (flags & (1 << bit)) !== 0;
  if (flags >> 6 !== 1) throw new Lz4Error(4, `version 1 of the frame, got ${flags >> 6}`);
  if (has(0)) throw new Lz4Error(4, 'a frame without dictionary, got one with');
  let at = 6 + (has(3) ? 8 : 0);
  need(at, 1);
  if (((xxHash32(bytes.subarray(4, at)) >>> 8) & 255) !== bytes[at])
    throw new Lz4Error(at, 'the checksum of the head, got another');
  at++;
  const output = new GrowingBytes(has(3) ? Number(view.getBigUint64(6, true)) : 4 * bytes.length);
  while (true) {
    need(at, 4);
    const word = view.getUint32(at, true);
    at += 4;
    if (word === 0) break;
    const length = word & 0x7fffffff;
    need(at, length);
    const block = bytes.subarray(at, at + length);
    if (word >>> 31) output.append(block);
    else decodeBlock(block, output, at);
    at += length;
    if (!has(4)) continue;
    need(at, 4);
    if (xxHash32(block) !== view.getUint32(at, true))
      throw new Lz4Error(at, 'the checksum of the block, got another');
    at += 4;
  }
  const content = output.done();
  if (has(2)) {
    need(at, 4);
    if (xxHash32(content) !== view.getUint32(at, true))
      throw new Lz4Error(at, 'the checksum of the content, got another');
  }
  return content;
}

/** Bytes that room is made for as they come. */
class GrowingBytes {
  #bytes: Uint8Array;
  length = 0;

  constructor(capacity: number) {
    this.#bytes = new Uint8Array(Math.min(Math.max(capacity, 64), 2 ** 26));
  }

  append(more: Uint8Array): void {
    this.#makeRoom(more.length);
    this.#bytes.set(more, this.length);
    this.length += more.length;
  }

  /** Repeats what stands so far back; it may run into what it writes. */
  repeat(back: number, count: number): void {
    this.#makeRoom(count);
    const bytes = this.#bytes;
    for (let i = this.length, end = this.length + count; i < end; i++) bytes[i] = bytes[i - back]!;
    this.length += count;
  }

  done(): Uint8Array {
    return this.#bytes.slice(0, this.length);
  }

  #makeRoom(count: number): void {
    if (this.length + count <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(2 * this.#bytes.length, this.length + count));
    larger.set(this.#bytes);
    this.#bytes = larger;
  }
}

/** @param place of the block in the frame */
function decodeBlock(block: Uint8Array, output: GrowingBytes, place: number): void {
  let at = 0;
  const byte = () => {
    const next = block[at++];
    if (next === undefined) throw new Lz4Error(place + at - 1, 'more of the block, got its end');
    return next;
  };
  /** 15 goes on in bytes that are added up as long as they are 255. */
  const lengthFrom = (start: number) => {
    let length = start;
    if (start < 15) return length;
    let more: number;
    do {
      more = byte();
      length += more;
    } while (more === 255);
    return length;
  };
  while (at < block.length) {
    const token = byte();
    const literals = lengthFrom(token >> 4);
    if (at + literals > block.length)
      throw new Lz4Error(place + at, `${literals} bytes, got the end of the block`);
    output.append(block.subarray(at, at + literals));
    at += literals;
    // The last sequence has literals alone.
    if (at === block.length) return;
    const back = byte() | (byte() << 8);
    if (back === 0 || back > output.length)
      throw new Lz4Error(place + at - 2, `a distance from 1 to ${output.length}, got ${back}`);
    output.repeat(back, lengthFrom(token & 15) + 4);
  }
}

const primes = [0x9e3779b1, 0x85ebca77, 0xc2b2ae3d, 0x27d4eb2f, 0x165667b1] as const;

/** The checksum xxHash32 with seed 0. */
export function xxHash32(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const rotate = (x: number, by: number) => (x << by) | (x >>> (32 - by));
  const round = (sum: number, word: number) =>
    Math.imul(rotate((sum + Math.imul(word, primes[1])) | 0, 13), primes[0]);
  let at = 0;
  let hash = primes[4] | 0;
  if (bytes.length >= 16) {
    const sums = [(primes[0] + primes[1]) | 0, primes[1] | 0, 0, -primes[0] | 0];
    for (; at + 16 <= bytes.length; at += 16)
      for (let i = 0; i < 4; i++) sums[i] = round(sums[i]!, view.getInt32(at + 4 * i, true));
    hash = [1, 7, 12, 18].reduce((sum, by, i) => (sum + rotate(sums[i]!, by)) | 0, 0);
  }
  hash = (hash + bytes.length) | 0;
  for (; at + 4 <= bytes.length; at += 4)
    hash = Math.imul(rotate((hash + Math.imul(view.getInt32(at, true), primes[2])) | 0, 17), primes[3]);
  for (; at < bytes.length; at++)
    hash = Math.imul(rotate((hash + Math.imul(bytes[at]!, primes[4])) | 0, 11), primes[0]);
  hash = Math.imul(hash ^ (hash >>> 15), primes[1]);
  hash = Math.imul(hash ^ (hash >>> 13), primes[2]);
  return (hash ^ (hash >>> 16)) >>> 0;
}
