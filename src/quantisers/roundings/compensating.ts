import { defineRounding } from './define-rounding.ts';
import { codeOf, nearest } from './nearest.ts';

/** Share of the mean power of an input that is added to the power of all, so that the correlations can be inverted. */
const damping = 0.01;

/**
 * What rounding one weight does to the output of its channel is made good by the weights that are not rounded yet, as far as the inputs
 * are correlated: with H = Σ x·xᵀ and H⁻¹ = UᵀU, U upper triangular, weight i is rounded and w_j −= (w_i − ŵ_i)·U_ij / U_ii for j > i, weights of the
 * strongest inputs first (Frantar, Ashkboos, Hoefler, Alistarh, GPTQ, ICLR 2023, arXiv:2210.17323, algorithm 1).
 *
 * Differs from the paper: the scales are those that serve rounding to nearest best, symmetric, one for each output channel; weights are updated at once,
 * not in blocks. Where no inputs were seen it rounds to nearest.
 */
export const compensating = defineRounding({
  name: 'compensating',
  summary:
    'each weight makes good what rounding did to those before it, by the inputs of the calibration images',
  readsInputs: true,
  round(channels, facts) {
    const { scales, most, correlations } = facts;
    if (!correlations) return nearest.round(channels, facts);
    const order = byPower(correlations);
    const factor = inverseFactor(correlations, order);
    return channels.map((values, channel) =>
      roundChannel(values, { scale: scales[channel]!, most, order, factor }),
    );
  },
});

function roundChannel(
  values: Float32Array,
  { scale, most, order, factor }: { scale: number; most: number; order: Int32Array; factor: Float64Array },
): Int8Array {
  const n = values.length;
  const left = Float64Array.from(order, (i) => values[i]!);
  const codes = new Int8Array(n);
  for (let i = 0; i < n; i++) {
    const code = codeOf(left[i]!, scale, most);
    codes[order[i]!] = code;
    const error = (left[i]! - scale * code) / factor[i * n + i]!;
    for (let j = i + 1; j < n; j++) left[j]! -= error * factor[i * n + j]!;
  }
  return codes;
}

/** Inputs by their power, the strongest first. */
function byPower(correlations: Float64Array): Int32Array {
  const n = Math.sqrt(correlations.length);
  const power = (i: number) => correlations[i * n + i]!;
  return Int32Array.from({ length: n }, (_, i) => i).sort((a, b) => power(b) - power(a));
}

/**
 * U, upper triangular with UᵀU = H⁻¹, row-major, of the damped correlations in this order. With the order reversed, H = L·Lᵀ
 * is A·Aᵀ with an upper triangular A, and U = A⁻¹.
 */
function inverseFactor(correlations: Float64Array, order: Int32Array): Float64Array {
  const n = order.length;
  const mean = order.reduce((sum, i) => sum + correlations[i * n + i]!, 0) / n;
  const lower = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    const row = order[n - 1 - i]! * n;
    for (let j = 0; j <= i; j++) lower[i * n + j] = correlations[row + order[n - 1 - j]!]!;
    lower[i * n + i]! += damping * mean || 1;
  }
  factorise(lower, n);
  invert(lower, n);
  const upper = new Float64Array(n * n);
  for (let i = 0; i < n; i++)
    for (let j = i; j < n; j++) upper[i * n + j] = lower[(n - 1 - i) * n + (n - 1 - j)]!;
  return upper;
}

/** Cholesky factor of a positive definite matrix, in place of its lower triangle. */
function factorise(matrix: Float64Array, n: number): void {
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i * n + j]!;
      for (let k = 0; k < j; k++) sum -= matrix[i * n + k]! * matrix[j * n + k]!;
      matrix[i * n + j] = i === j ? Math.sqrt(sum) : sum / matrix[j * n + j]!;
    }
  }
}

/** Inverse of a lower triangular matrix, in its place. */
function invert(matrix: Float64Array, n: number): void {
  for (let i = 0; i < n; i++) {
    const own = 1 / matrix[i * n + i]!;
    const row = new Float64Array(i);
    for (let k = 0; k < i; k++) {
      const each = matrix[i * n + k]!;
      // Rows above are inverted already.
      for (let j = 0; j <= k; j++) row[j]! -= each * matrix[k * n + j]!;
    }
    for (let j = 0; j < i; j++) matrix[i * n + j] = row[j]! * own;
    matrix[i * n + i] = own;
  }
}
