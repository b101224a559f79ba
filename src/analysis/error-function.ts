const twoOverRootPi = 1.1283791670955126;
const rootPi = 1.772453850905516;

/**
 * The error function, to about one unit in the last place.
 *
 * Up to 2 it sums the series erf(x) = 2/√π · e^(−x²) · Σ 2^n·x^(2n+1)/(1·3·…·(2n+1)), whose terms are all of one
 * sign, so nothing cancels; above, it takes 1 − erfc(x), where erfc is so small that its own error vanishes.
 */
export function erf(x: number): number {
  const size = Math.abs(x);
  if (Number.isNaN(x)) return x;
  const value = size < 2 ? series(size) : size < 6 ? 1 - continuedFraction(size) : 1;
  return x < 0 ? -value : value === 0 ? x : value;
}

function series(x: number): number {
  const square = x * x;
  let term = x;
  let sum = 0;
  for (let odd = 3; sum + term !== sum; odd += 2) {
    sum += term;
    term *= (2 * square) / odd;
  }
  return twoOverRootPi * negativeSquareExponential(x) * sum;
}

/** erfc(x) = e^(−x²)/√π · 1/(x + (1/2)/(x + (2/2)/(x + (3/2)/(x + …)))), evaluated from the inside. */
function continuedFraction(x: number): number {
  let tail = x;
  for (let k = 60; k >= 1; k--) tail = x + k / 2 / tail;
  return negativeSquareExponential(x) / (rootPi * tail);
}

/** e^(−x²), with the rounding error of x² carried along: x² = h² + (x−h)(x+h), where h² is exact. */
function negativeSquareExponential(x: number): number {
  const high = Math.fround(x);
  return Math.exp(-high * high) * Math.exp(-(x - high) * (x + high));
}
