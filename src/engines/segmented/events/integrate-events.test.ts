import { describe, expect, it } from 'vitest';
import { KernelModule } from '../../../kernels/kernel-module.ts';
import { fc } from '../../../properties.fixture.ts';
import { webAssembly } from '../../../web-assembly.ts';
import { convolvedLengths, type Window } from '../window.ts';
import { type EventTerm, paddedChannels, pixelOf } from './event-layer.ts';
import { isSwept, packedLength, packWeights } from './pack-weights.ts';

const memory = new webAssembly.Memory({ initial: 64 });
const module = new KernelModule(memory);
const [spikesAt, weightsAt, sumsAt, listsAt] = [1, 8, 40, 56].map((page) => page * 65536) as [
  number,
  number,
  number,
  number,
];

/** A window, and spikes that are seen through it; reproducible. */
interface Case {
  readonly channels: number;
  readonly outputs: number;
  readonly lengths: readonly [number, number];
  readonly window: Window;
  readonly seed: number;
}

const small = fc.integer({ min: 1, max: 4 });
const pad = fc.integer({ min: 0, max: 2 });
const cases: fc.Arbitrary<Case> = fc.record({
  channels: fc.oneof(fc.integer({ min: 1, max: 70 }), fc.constant(16)),
  outputs: fc.integer({ min: 1, max: 40 }),
  lengths: fc.tuple(fc.integer({ min: 4, max: 9 }), fc.integer({ min: 4, max: 9 })),
  window: fc.record({
    lengths: fc.oneof(fc.tuple(small, small), fc.constant<[number, number]>([3, 3])),
    strides: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })),
    pads: fc.tuple(pad, pad, pad, pad),
  }),
  seed: fc.nat(1000),
});

/** What the kernel adds to sums of 5, and what the definition of a convolution says. */
function integrateBoth({ channels, outputs, lengths, window, seed }: Case, whole: boolean) {
  const [height, width] = lengths;
  const [outHeight, outWidth] = convolvedLengths(window, lengths);
  const places = window.lengths[0] * window.lengths[1];
  const weights = Float32Array.from(
    { length: outputs * channels * places },
    (_, i) => ((i * 31 + seed) % 15) - 7,
  );
  const term: EventTerm = { events: 'spikes', channels, window, weights };
  const fires = (c: number, y: number, x: number) =>
    y >= 0 && x >= 0 && y < height && x < width && (c * 7 + y * 5 + x * 3 + seed) % 4 === 0;
  const pixel = pixelOf(channels);
  const bytes = new Uint8Array(memory.buffer, spikesAt, height * width * pixel).fill(0);
  for (let c = 0; c < channels; c++)
    for (let y = 0; y < height; y++)
      for (let x = 0; x < width; x++)
        if (fires(c, y, x)) bytes[(y * width + x) * pixel + (c >> 3)]! |= 1 << (c & 7);
  const row = paddedChannels(outputs);
  const view = (at: number, length: number) =>
    whole ? new Int16Array(memory.buffer, at, length) : new Float32Array(memory.buffer, at, length);
  packWeights(term, weights, view(weightsAt, packedLength(term)));
  const sums = view(sumsAt, outHeight * outWidth * row).fill(5);
  const swept = isSwept(window);
  const float = swept ? 'sweepEvents' : 'integrateEvents';
  const integer = swept ? 'sweepIntegerEvents' : 'integrateIntegerEvents';
  const record = {
    spikes: spikesAt,
    pixel,
    firstWord: 0,
    endWord: pixel / 4,
    channels,
    height,
    width,
    windowHeight: window.lengths[0],
    windowWidth: window.lengths[1],
    strideY: window.strides[0],
    strideX: window.strides[1],
    top: window.pads[0],
    left: window.pads[1],
    outHeight,
    outWidth,
    row: row * (whole ? 2 : 4),
    weights: weightsAt,
    sums: sumsAt,
    lists: listsAt,
  };
  module.call(whole ? integer : float, record);
  const expected = Array.from(sums, (_, i) => {
    const [o, x, y] = [i % row, Math.floor(i / row) % outWidth, Math.floor(i / row / outWidth)];
    let sum = 5;
    for (let c = 0; c < channels && o < outputs; c++)
      for (let k = 0; k < places; k++) {
        const [j, l] = [Math.floor(k / window.lengths[1]), k % window.lengths[1]];
        const [fromY, fromX] = [
          y * window.strides[0] + j - window.pads[0],
          x * window.strides[1] + l - window.pads[1],
        ];
        if (fires(c, fromY, fromX)) sum += weights[(o * channels + c) * places + k]!;
      }
    return sum;
  });
  return { got: [...sums], expected };
}

describe('integrating events', () => {
  it.each([
    { kind: 'float32', whole: false },
    { kind: 'int16', whole: true },
  ])('adds what a convolution of the spikes gives, in $kind', ({ whole }) => {
    fc.assert(
      fc.property(cases, (each) => {
        const { got, expected } = integrateBoth(each, whole);
        expect(got).toEqual(expected);
      }),
      { numRuns: 60 },
    );
  });
});
