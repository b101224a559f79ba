import { type InputBatch, type InputTensor, isNamed, samplesOf } from './input-batch.ts';

/**
 * A digest of each sample of a batch, 16 hexadecimal digits: the same numbers have the same one in every batch, and different ones
 * hardly ever (64 bits; not made to withstand forgery). What all samples share is left out.
 */
export function sampleDigests(batch: InputBatch): string[] {
  return samplesOf(batch).map(digestOf);
}

function digestOf(sample: InputBatch): string {
  const tensors: readonly InputTensor[] = isNamed(sample)
    ? Object.keys(sample.inputs)
        .filter((name) => !sample.shared?.includes(name))
        .sort()
        .flatMap((name) => sample.inputs[name] ?? [])
    : [sample];
  let low = 0x9747b28c | 0;
  let high = 0x2545f491 | 0;
  for (const { data } of tensors) {
    for (const word of wordsOf(data)) {
      // Two hashes of the kind of MurmurHash3, whose rotations carry high bits down.
      low = Math.imul(rotated(low ^ Math.imul(word, 0xcc9e2d51), 13), 5) + 0x6b64e653;
      high = Math.imul(rotated(high ^ Math.imul(word, 0x1b873593), 17), 9) + 0x38495ab5;
    }
    low = mixed(low ^ data.length);
    high = mixed(high ^ data.length);
  }
  return [low, high].map((half) => (mixed(half) >>> 0).toString(16).padStart(8, '0')).join('');
}

/** Numbers as words of 32 bits; what takes less room than that, a number a word. */
function wordsOf(data: InputTensor['data']): ArrayLike<number> & Iterable<number> {
  if (data.BYTES_PER_ELEMENT < 4) return Int32Array.from(data as Uint8Array);
  return new Int32Array(data.buffer, data.byteOffset, data.byteLength / 4);
}

function rotated(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}

function mixed(word: number): number {
  const once = Math.imul(word ^ (word >>> 16), 0x85ebca6b);
  const twice = Math.imul(once ^ (once >>> 13), 0xc2b2ae35);
  return twice ^ (twice >>> 16);
}
