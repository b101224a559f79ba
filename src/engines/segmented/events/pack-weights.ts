import type { Window } from '../window.ts';
import { type EventTerm, paddedChannels } from './event-layer.ts';

/** Bytes of outputs that a sweep adds up at once. */
const blockBytes = 32;

/** Whether a window is swept over its rows, which is faster; else spikes are scattered one by one. */
export function isSwept({ lengths, strides }: Window): boolean {
  return lengths[1] === 3 && strides[1] <= 2;
}

/** Numbers that packed weights take. */
export function packedLength({ window, channels, weights }: EventTerm): number {
  const places = window.lengths[0] * window.lengths[1];
  return places * channels * paddedChannels(weights.length / channels / places);
}

/**
 * Lays weights in the order in which the kernel reads them, outputs filled up with zeros; taps along an axis are the places of a
 * window that see an input, in the order of the outputs that they lead to.
 *
 * - swept: [blocks of 32 bytes, taps along y, channels, taps along x, outputs of the block]
 * - scattered: for each remainder of y + top by the stride, and in it of x + left: [channels, taps along y, taps along x, outputs]
 *
 * @param weights [outputs, channels, window height, window width]
 * @param to of the length that {@link packedLength} gives, or longer
 */
export function packWeights(
  term: EventTerm,
  weights: ArrayLike<number>,
  to: Float32Array | Int16Array,
): void {
  const { window, channels } = term;
  const [height, width] = window.lengths;
  const outputs = weights.length / channels / height / width;
  let at = 0;
  const add = (c: number, y: number, x: number, first: number, count: number) => {
    for (let o = first; o < Math.min(first + count, outputs); o++)
      to[at + o - first] = weights[((o * channels + c) * height + y) * width + x]!;
    at += count;
  };
  to.fill(0);
  const row = paddedChannels(outputs);
  const tapsY = tapsByRemainder(height, window.strides[0]);
  const tapsX = tapsByRemainder(width, window.strides[1]);
  const eachChannel = Array.from({ length: channels }, (_, c) => c);
  if (isSwept(window)) {
    const block = blockBytes / to.BYTES_PER_ELEMENT;
    for (let first = 0; first < row; first += block)
      for (let y = height - 1; y >= 0; y--)
        for (const c of eachChannel) for (let x = width - 1; x >= 0; x--) add(c, y, x, first, block);
    return;
  }
  for (const ys of tapsY)
    for (const xs of tapsX)
      for (const c of eachChannel) for (const y of ys) for (const x of xs) add(c, y, x, 0, row);
}

/** Which places of a window see an input, by what it lies beyond a multiple of the stride; descending. */
function tapsByRemainder(length: number, stride: number): number[][] {
  return Array.from({ length: stride }, (_, rest) =>
    Array.from({ length }, (_, place) => place)
      .filter((place) => place % stride === rest)
      .reverse(),
  );
}
