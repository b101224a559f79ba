import { type ComplexVector, complexZeros } from '../signals/complex-matrix.ts';
import type { UnrolledLayer } from './unrolled-weights.ts';

/** What a complex unit tells of its potential, in the place of the soft threshold. */
export interface UnitCode {
  /** Told value of each unit, and spikes: one for a real or imaginary digit, so that a diagonal direction counts two. */
  tell(potential: ComplexVector, layer: number): { told: ComplexVector; spikes: number };
}

/** A few-spikes code of complex numbers that needs no multiplier. */
export interface GreedyTable {
  /** Sizes h_k of the K internal steps, falling. */
  readonly sizes: readonly number[];
  /** θ, the threshold that magnitudes lose. */
  readonly threshold: number;
}

/** How far above θ a magnitude has to be for a spike, in units of the spike's size. */
const gate = 0.75;
/** Slope of the border between an axis and a diagonal: tan 22.5°. */
const border = Math.SQRT2 - 1;

/**
 * Greedy code with coupled parts: for k = 1…K, where |v| > θ + ¾·h_k, tell h_k·u and take it off v, u the nearest of the eight directions
 * 0°, 45°, … A unit's spike is one on an axis and two, of h_k/√2, on a diagonal.
 */
export function greedyCode(re: number, im: number, { sizes, threshold }: GreedyTable) {
  let [a, b, toldRe, toldIm, spikes] = [re, im, 0, 0, 0];
  for (const size of sizes) {
    if (a * a + b * b <= (threshold + gate * size) ** 2) continue;
    const [x, y] = [Math.abs(a), Math.abs(b)];
    const [alongRe, alongIm] = [x > border * y, y > border * x];
    const step = alongRe && alongIm ? size * Math.SQRT1_2 : size;
    const [stepRe, stepIm] = [alongRe ? Math.sign(a) * step : 0, alongIm ? Math.sign(b) * step : 0];
    a -= stepRe;
    b -= stepIm;
    toldRe += stepRe;
    toldIm += stepIm;
    spikes += Number(alongRe) + Number(alongIm);
  }
  return { re: toldRe, im: toldIm, spikes };
}

/** Units with a greedy code, a table for each layer. */
export function greedyUnits(tables: readonly GreedyTable[]): UnitCode {
  return {
    tell(potential, layer) {
      const told = complexZeros(potential.re.length);
      let spikes = 0;
      for (let i = 0; i < told.re.length; i++) {
        const code = greedyCode(potential.re[i]!, potential.im[i]!, tables[layer]!);
        told.re[i] = code.re;
        told.im[i] = code.im;
        spikes += code.spikes;
      }
      return { told, spikes };
    },
  };
}

/** Real and imaginary part shrunk alone, by a share of θ: what units without coupling could tell at best, in exact arithmetic. */
export function uncoupledUnits(layers: readonly UnrolledLayer[], share: number): UnitCode {
  const shrunk = (value: number, threshold: number) =>
    Math.sign(value) * Math.max(0, Math.abs(value) - threshold);
  return {
    tell({ re, im }, layer) {
      const threshold = share * layers[layer]!.threshold;
      const told = { re: re.map((x) => shrunk(x, threshold)), im: im.map((x) => shrunk(x, threshold)) };
      return { told, spikes: 0 };
    },
  };
}

/** Runs an unrolled network in float64 with another code in the place of its soft threshold. @param watch sees each layer's potential */
export function runUnrolled(
  layers: readonly UnrolledLayer[],
  snapshot: ComplexVector,
  code: UnitCode,
  watch?: (potential: ComplexVector, layer: number) => void,
): { x: ComplexVector; spikes: number[] } {
  let x: ComplexVector | undefined;
  const counts: number[] = [];
  for (const [i, { input, coupling }] of layers.entries()) {
    const potential = input.times(snapshot);
    if (x && coupling) {
      const coupled = coupling.times(x);
      for (let n = 0; n < potential.re.length; n++) {
        potential.re[n]! += coupled.re[n]!;
        potential.im[n]! += coupled.im[n]!;
      }
    }
    watch?.(potential, i);
    const { told, spikes } = code.tell(potential, i);
    x = told;
    counts.push(spikes);
  }
  return { x: x ?? complexZeros(0), spikes: counts };
}
