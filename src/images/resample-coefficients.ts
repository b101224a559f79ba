/** How a pixel of the resized picture is made of pixels of the original one. */
export type ResampleFilter = 'bilinear' | 'bicubic' | 'lanczos' | 'box' | 'nearest';

/** A filter that weighs its neighbours; `nearest` picks one and has no weights. */
export type WeighingFilter = Exclude<ResampleFilter, 'nearest'>;

/** Weights are kept as integers with this many bits behind the point: 32 less 8 for the pixel and 2 to spare. */
const precisionBits = 22;

/** For every output position the stretch of input positions it is made of, and their weights. */
export interface ResampleCoefficients {
  /** First input position, one an output position. */
  start: Int32Array;
  /** Number of input positions, one an output position. */
  count: Int32Array;
  /** Weights, `taps` an output position, as integers scaled by 2^22. */
  weights: Int32Array;
  /** Room for weights an output position. */
  taps: number;
}

interface Kernel {
  /** The weight is zero beyond this distance. */
  support: number;
  weight(distance: number): number;
}

const cubicSharpness = -0.5;

const kernels: Record<WeighingFilter, Kernel> = {
  box: { support: 0.5, weight: (x) => (x > -0.5 && x <= 0.5 ? 1 : 0) },
  bilinear: { support: 1, weight: (x) => Math.max(0, 1 - Math.abs(x)) },
  bicubic: { support: 2, weight: cubic },
  lanczos: { support: 3, weight: (x) => (x >= -3 && x < 3 ? sinc(x) * sinc(x / 3) : 0) },
};

/**
 * The weights with which one axis is resized. When the axis shrinks, the filter grows with it (antialiasing).
 * The weights are normalised in float64 and then rounded to integers, so that the result is the same on every machine.
 *
 * @param inputSize length of the axis
 * @param from start of the stretch to be resized, in input pixels, may be a fraction
 * @param to end of the stretch
 * @param outputSize length of the result
 */
export function resampleCoefficients(
  inputSize: number,
  from: number,
  to: number,
  outputSize: number,
  filter: WeighingFilter,
): ResampleCoefficients {
  const kernel = kernels[filter];
  const scale = Math.fround(to - from) / outputSize;
  const filterScale = Math.max(scale, 1);
  const support = kernel.support * filterScale;
  const taps = Math.ceil(support) * 2 + 1;
  const start = new Int32Array(outputSize);
  const count = new Int32Array(outputSize);
  const weights = new Int32Array(outputSize * taps);
  const exact = new Float64Array(taps);
  for (let position = 0; position < outputSize; position++) {
    const centre = from + (position + 0.5) * scale;
    const first = Math.max(0, Math.trunc(centre - support + 0.5));
    const length = Math.min(inputSize, Math.trunc(centre + support + 0.5)) - first;
    let sum = 0;
    for (let tap = 0; tap < length; tap++) {
      exact[tap] = kernel.weight((tap + first - centre + 0.5) * (1 / filterScale));
      sum += exact[tap]!;
    }
    for (let tap = 0; tap < length; tap++) {
      weights[position * taps + tap] = toFixedPoint(sum === 0 ? exact[tap]! : exact[tap]! / sum);
    }
    start[position] = first;
    count[position] = length;
  }
  return { start, count, weights, taps };
}

/** Nearest integer of a weight scaled by 2^22, halves away from zero. */
function toFixedPoint(weight: number): number {
  return Math.trunc(weight * 2 ** precisionBits + (weight < 0 ? -0.5 : 0.5));
}

function cubic(distance: number): number {
  const a = cubicSharpness;
  const x = Math.abs(distance);
  if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
  if (x < 2) return (((x - 5) * x + 8) * x - 4) * a;
  return 0;
}

function sinc(x: number): number {
  return x === 0 ? 1 : Math.sin(x * Math.PI) / (x * Math.PI);
}
