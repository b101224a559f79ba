import { describe, expect, it } from 'vitest';
import { Tensor } from '../graph/tensor.ts';
import { Random } from '../random.ts';
import { CorrelationObserver } from './correlation-observer.ts';
import { compensating } from './roundings/compensating.ts';
import { nearest } from './roundings/nearest.ts';
import { roundings } from './roundings/roundings.ts';
import { truncating } from './roundings/truncating.ts';
import { dequantise, quantiseWeights } from './weight-quantiser.ts';

const random = new Random(3);
const normal = (size: number) => Float32Array.from({ length: size }, () => random.normal());

/** Inputs whose features are mixtures of few causes, [rows, n]. */
function correlated(rows: number, n: number, causes: number): Float32Array {
  const mixing = normal(causes * n);
  const x = new Float32Array(rows * n);
  for (let r = 0; r < rows; r++) {
    const own = normal(causes);
    for (let i = 0; i < n; i++) {
      let sum = 0.1 * random.normal();
      for (let c = 0; c < causes; c++) sum += own[c]! * mixing[c * n + i]!;
      x[r * n + i] = sum;
    }
  }
  return x;
}

/** Σ over rows and channels of (x·w − x·ŵ)², w [n, channels]. */
function outputError(x: Float32Array, a: Float32Array, b: Float32Array, n: number): number {
  const channels = a.length / n;
  let error = 0;
  for (let r = 0; r < x.length / n; r++) {
    for (let c = 0; c < channels; c++) {
      let sum = 0;
      for (let i = 0; i < n; i++) sum += x[r * n + i]! * (a[i * channels + c]! - b[i * channels + c]!);
      error += sum * sum;
    }
  }
  return error;
}

describe.each(roundings)('the rounding $name', (rounding) => {
  it('leaves weights as they are that are whole numbers of a scale', () => {
    const weights = Tensor.float32([3, 2], [127, 1, -64, 0.5, 3, -0.25]);
    const correlations = new Float64Array([2, 1, 0, 1, 2, 1, 0, 1, 2]);
    const quantised = quantiseWeights(weights, 1, 8, { rounding, correlations });
    expect([...quantised.codes.toNumbers()].filter((_, i) => i % 2 === 0)).toEqual([127, -64, 3]);
    expect(quantised.scales.shape).toEqual([1, 2]);
    expect([...dequantise(quantised).toFloat32()].filter((_, i) => i % 2 === 0)).toEqual([127, -64, 3]);
  });

  it('stays among the numbers that the bits have', () => {
    const weights = Tensor.float32([6, 4], normal(24));
    const correlations = observed(correlated(40, 6, 2), 6);
    for (const bits of [2, 3, 4, 8]) {
      const { codes } = quantiseWeights(weights, 1, bits, { rounding, correlations });
      const most = 2 ** (bits - 1) - 1;
      expect(Math.max(...codes.toNumbers().map(Math.abs))).toBeLessThanOrEqual(most);
    }
  });
});

function observed(x: Float32Array, n: number): Float64Array {
  const observer = new CorrelationObserver(n);
  observer.observe(x);
  return observer.finish();
}

describe('compensating', () => {
  it('is what the definition of the factor gives for two inputs', () => {
    // H = [[2, 1], [1, 2]] and 1 % of its mean diagonal: H⁻¹ = UᵀU has U_01 / U_00 = −1 / 2.02.
    const weights = Tensor.float32([2, 1], [0.4, 1]);
    const { codes, scales } = quantiseWeights(weights, 1, 2, {
      rounding: compensating,
      correlations: new Float64Array([2, 1, 1, 2]),
    });
    const scale = scales.toNumber();
    const first = Math.round(0.4 / scale);
    const second = 1 + (0.4 - first * scale) / 2.02;
    expect([...codes.toNumbers()]).toEqual([first, Math.min(1, Math.round(second / scale))]);
  });

  it('keeps the output closer than rounding to nearest does, the more so the fewer the bits', () => {
    const n = 24;
    const x = correlated(300, n, 6);
    const weights = Tensor.float32([n, 8], normal(8 * n));
    const correlations = observed(x, n);
    const errors = [3, 4].map((bits) =>
      [nearest, compensating].map((rounding) =>
        outputError(
          x,
          weights.toFloat32(),
          dequantise(quantiseWeights(weights, 1, bits, { rounding, correlations })).toFloat32(),
          n,
        ),
      ),
    );
    for (const [plain, made] of errors) expect(made).toBeLessThan(0.6 * plain!);
  });

  it('rounds to nearest where inputs were not seen, or are not correlated', () => {
    const weights = Tensor.float32([5, 3], normal(15));
    const plain = quantiseWeights(weights, 1, 4).codes.toNumbers();
    const made = quantiseWeights(weights, 1, 4, { rounding: compensating }).codes.toNumbers();
    expect(made).toEqual(plain);
    const correlations = new Float64Array(25);
    for (let i = 0; i < 5; i++) correlations[6 * i] = 1 + i;
    const alone = quantiseWeights(weights, 1, 4, { rounding: compensating, correlations });
    expect(alone.codes.toNumbers()).toEqual(plain);
  });
});

describe('truncating', () => {
  it('cuts weights off towards 0 on the scale of the largest', () => {
    const weights = Tensor.float32([5, 1], [-3.5, 2.999, 0.99, -0.99, 1.01]);
    const { codes, scales } = quantiseWeights(weights, 1, 3, { rounding: truncating });
    expect(scales.toNumber()).toBeCloseTo(3.5 / 3, 6);
    expect([...codes.toNumbers()].map((code) => code + 0)).toEqual([-3, 2, 0, 0, 0]);
  });
});

describe('CorrelationObserver', () => {
  it('sums x·xᵀ over rows, evenly spread where there are many', () => {
    const observer = new CorrelationObserver(2);
    observer.observe(Float32Array.of(1, 2, 3, 4));
    observer.observe(Float32Array.of(-1, 0));
    expect([...observer.finish()]).toEqual([11, 14, 14, 20]);
    const many = new CorrelationObserver(1);
    many.observe(new Float32Array(1024).fill(1));
    expect([...many.finish()]).toEqual([256]);
  });
});
