import { type ComplexVector, complexZeros } from './complex-matrix.ts';

/** S(z, θ) = z·max(0, 1 − θ/|z|): shrinks magnitudes by θ and keeps phases. */
export function softThreshold(z: ComplexVector, threshold: number): ComplexVector {
  const made = complexZeros(z.re.length);
  for (let i = 0; i < z.re.length; i++) {
    const size = Math.hypot(z.re[i]!, z.im[i]!);
    if (size <= threshold) continue;
    const share = size > 0 ? 1 - threshold / size : 0;
    made.re[i] = z.re[i]! * share;
    made.im[i] = z.im[i]! * share;
  }
  return made;
}
