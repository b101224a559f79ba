import { Random } from '../random.ts';

/** A few-spikes code: for each internal step k the threshold T_k, what a spike resets h_k, and what it is worth d_k. */
export interface FewSpikesTable {
  readonly thresholds: readonly number[];
  readonly resets: readonly number[];
  readonly worths: readonly number[];
}

/** What a code is fitted to. */
export interface FewSpikesTask {
  /** The function that Σ d_k·z_k is to be. */
  readonly target: (x: number) => number;
  /** Range of the argument; beyond it the code saturates. */
  readonly from: number;
  readonly to: number;
  /** How much an argument matters. */
  readonly weight: (x: number) => number;
  /** Internal steps K. */
  readonly steps: number;
  /** Price of one spike in units of the squared error. Default 0 */
  readonly price?: number;
  /** Candidates that are tried. */
  readonly trials: number;
  readonly seed: number;
}

/** Arguments at which the error is taken, evenly spread. */
const samples = 801;

/** How the width of the search grows with a success, shrinks with a failure, and where it starts anew. */
const width = { first: 0.3, growth: 1.3, decay: 0.985, least: 0.003, restart: 0.5 } as const;

/** Keeps the least-squares problem solvable where two internal steps always fire together. */
const ridge = 1e-6;

/**
 * Fits a few-spikes code to a function. A (1+1) evolution strategy moves thresholds and resets, mostly one number at a time,
 * by normally distributed steps whose width follows the successes; for each candidate the worths d_k are the solution of a
 * linear least-squares problem, since the spikes do not depend on them. It starts from the binary code of the argument. The
 * same seed gives the same code.
 *
 * Differs from the paper, which descends all three by gradients through a surrogate of the spike. Such a descent
 * (`fewSpikesGradients`) did not improve the codes found here, at any of three paces.
 *
 * @returns the code, its weighted mean squared error and its weighted mean number of spikes
 */
export function fitFewSpikes(
  task: FewSpikesTask,
): FewSpikesTable & { readonly error: number; readonly spikes: number } {
  const { steps, to, trials, seed, price = 0 } = task;
  const points = samplePoints(task);
  const random = new Random(seed);
  const start = Float64Array.from({ length: steps }, (_, k) => to * 2 ** -(k + 1));
  let best = { thresholds: start, resets: start, ...judge(points, start, start) };
  let sigma: number = width.first;
  for (let trial = 0; trial < trials; trial++) {
    const [thresholds, resets] = [best.thresholds.slice(), best.resets.slice()];
    move(random, [thresholds, resets], sigma);
    const found = judge(points, thresholds, resets);
    if (found.error + price * found.spikes < best.error + price * best.spikes) {
      best = { thresholds, resets, ...found };
      sigma *= width.growth;
    } else if (sigma > width.least) sigma *= width.decay;
    else sigma = width.restart;
  }
  const { thresholds, resets, worths, error, spikes } = best;
  return { thresholds: [...thresholds], resets: [...resets], worths: [...worths], error, spikes };
}

interface Point {
  readonly x: number;
  readonly y: number;
  readonly weight: number;
}

function samplePoints({ target, from, to, weight }: FewSpikesTask): Point[] {
  const xs = Array.from({ length: samples }, (_, i) => from + ((to - from) * i) / (samples - 1));
  const total = xs.reduce((sum, x) => sum + weight(x), 0);
  return xs.map((x) => ({ x, y: target(x), weight: weight(x) / total }));
}

/** Moves one number of the code, or now and then all of them. */
function move(random: Random, arrays: readonly Float64Array[], sigma: number): void {
  const only = random.chance(0.7) ? random.integer(arrays.length * arrays[0]!.length) : -1;
  let at = 0;
  for (const array of arrays) {
    for (let k = 0; k < array.length; k++, at++) {
      if (only < 0 || at === only) array[k]! += sigma * (random.chance(0.1) ? 5 : 1) * random.normal();
    }
  }
}

/** The best worths for these thresholds and resets, with their error. */
function judge(points: readonly Point[], thresholds: Float64Array, resets: Float64Array) {
  const steps = thresholds.length;
  const [matrix, vector] = [new Float64Array(steps * steps), new Float64Array(steps)];
  const fired: number[] = [];
  let [power, spikes] = [0, 0];
  for (const { x, y, weight } of points) {
    fired.length = 0;
    let v = x;
    for (let k = 0; k < steps; k++) {
      if (v < thresholds[k]!) continue;
      v -= resets[k]!;
      fired.push(k);
    }
    for (const k of fired) {
      vector[k]! += weight * y;
      for (const j of fired) matrix[k * steps + j]! += weight;
    }
    spikes += weight * fired.length;
    power += weight * y * y;
  }
  const worths = solveSymmetric(matrix, vector);
  const explained = worths.reduce((sum, worth, k) => sum + worth * vector[k]!, 0);
  return { worths, error: Math.max(power - explained, 0), spikes };
}

/** Solves (A + ridge·I)·x = b for a symmetric matrix without negative eigenvalues, by Cholesky's decomposition. */
function solveSymmetric(matrix: Float64Array, vector: Float64Array): Float64Array {
  const n = vector.length;
  const at = (row: number, column: number) => row * n + column;
  const factor = matrix.slice();
  for (let j = 0; j < n; j++) {
    for (let i = j; i < n; i++) {
      let sum = factor[at(i, j)]! + (i === j ? ridge : 0);
      for (let k = 0; k < j; k++) sum -= factor[at(i, k)]! * factor[at(j, k)]!;
      factor[at(i, j)] = i === j ? Math.sqrt(Math.max(sum, ridge)) : sum / factor[at(j, j)]!;
    }
  }
  const x = vector.slice();
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < i; k++) x[i]! -= factor[at(i, k)]! * x[k]!;
    x[i]! /= factor[at(i, i)]!;
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let k = i + 1; k < n; k++) x[i]! -= factor[at(k, i)]! * x[k]!;
    x[i]! /= factor[at(i, i)]!;
  }
  return x;
}
