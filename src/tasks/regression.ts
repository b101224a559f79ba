import { sizeOf } from '../graph/shape.ts';
import { bootstrap } from '../metrics/bootstrap.ts';
import { type Answer, defineTask } from './define-task.ts';
import { requireTargetShape } from './require-target-shape.ts';

/**
 * Networks whose output is numbers, not scores: one or several an image, or one at each position. A judgement has, for each
 * number, the sums over its positions of {@link pairSums} against the source network and against the target.
 *
 * Several numbers, [N, K], are measured one by one and averaged; positions, [N, 1, H, W], count as images do.
 */
export const regression = defineTask({
  name: 'regression',
  summary: 'numbers, [N], [N, 1], [N, K] or [N, 1, H, W]',
  recognises: (image) => sizeOf(image) === 1 || (image[0] === 1 && longAxes(image) > 1),
  fits: (image) => sizeOf(image) > 0,
  judge({ own, source, target }: Answer) {
    const right = target && requireTargetShape(target, own.shape);
    const columns = longAxes(own.shape) === 1 ? own.data.length : 1;
    const length = own.data.length / columns;
    return Array.from({ length: columns }, (_, column) => {
      const part = (data: ArrayLike<number>) => (i: number) => data[column * length + i]!;
      const against = (other: ArrayLike<number> | undefined) =>
        other ? pairSums(part(own.data), part(other), length) : nothing;
      return [...against(source.data), ...against(right)];
    }).flat();
  },
  measure: (images) =>
    bootstrap(
      images.map(({ own }) => own),
      (rows) => {
        const sums = addUp(rows);
        const over = (offset: number, of: (pair: Pair) => number | null) =>
          mean(columnsOf(sums, offset).map(of));
        return {
          error: over(0, deviation),
          correlation: over(0, correlation),
          targetError: over(pairLength, deviation),
          r2: over(pairLength, determination),
          targetCorrelation: over(pairLength, correlation),
        };
      },
    ),
  figures: {
    error: {
      title: 'error (σ)',
      meaning: 'root mean square distance to the source network’s numbers, in their standard deviations',
      against: 'source',
      main: true,
    },
    correlation: { title: 'correlation', meaning: 'with the source network’s numbers', against: 'source' },
    targetError: {
      title: 'target error (σ)',
      meaning: 'root mean square distance to the targets, in their standard deviations',
      against: 'target',
    },
    r2: {
      title: 'R²',
      meaning: 'share of the targets’ variance that is explained',
      against: 'target',
      main: true,
    },
    targetCorrelation: { title: 'target corr.', meaning: 'correlation with the targets', against: 'target' },
  },
  quality: ({ r2 }) => r2.value,
  likeness: ({ error }) => (error.value === null ? null : 1 - error.value ** 2),
  names: { quality: 'R²', likeness: 'R² against the source network' },
});

/** Sums over pairs of a number y and the number x that it is held against. */
interface Pair {
  readonly count: number;
  readonly x: number;
  readonly xx: number;
  readonly y: number;
  readonly yy: number;
  readonly xy: number;
  /** Σ(y − x)² on its own: from the other sums a small one would be lost in rounding. */
  readonly error: number;
}

const pairLength = 7;
const nothing: readonly number[] = new Array(pairLength).fill(0);

function longAxes(image: readonly number[]): number {
  return image.filter((length) => length !== 1).length;
}

function pairSums(own: (i: number) => number, other: (i: number) => number, length: number): number[] {
  const sums = [length, 0, 0, 0, 0, 0, 0] as [number, number, number, number, number, number, number];
  for (let i = 0; i < length; i++) {
    const [y, x] = [own(i), other(i)];
    sums[1] += x;
    sums[2] += x * x;
    sums[3] += y;
    sums[4] += y * y;
    sums[5] += x * y;
    sums[6] += (y - x) ** 2;
  }
  return sums;
}

function addUp(rows: readonly (readonly number[])[]): Float64Array {
  const sums = new Float64Array(rows[0]?.length ?? 0);
  for (const row of rows) for (let i = 0; i < sums.length; i++) sums[i]! += row[i]!;
  return sums;
}

function columnsOf(sums: Float64Array, offset: number): Pair[] {
  return Array.from({ length: sums.length / (2 * pairLength) }, (_, column) => {
    const at = column * 2 * pairLength + offset;
    const [count, x, xx, y, yy, xy, error] = sums.subarray(at, at + pairLength) as unknown as [
      ...Parameters<typeof pairOf>,
    ];
    return pairOf(count, x, xx, y, yy, xy, error);
  });
}

function pairOf(
  count: number,
  x: number,
  xx: number,
  y: number,
  yy: number,
  xy: number,
  error: number,
): Pair {
  return { count, x, xx, y, yy, xy, error };
}

/** Σ(x − x̄)²; 0 where rounding is all there is. */
function spread(count: number, sum: number, squares: number): number {
  const centred = squares - sum ** 2 / count;
  return centred > 1e-12 * squares ? centred : 0;
}

function deviation({ count, x, xx, error }: Pair): number | null {
  const variance = count > 1 ? spread(count, x, xx) : 0;
  return variance > 0 ? Math.sqrt(error / variance) : null;
}

function determination({ count, x, xx, error }: Pair): number | null {
  const variance = count > 1 ? spread(count, x, xx) : 0;
  return variance > 0 ? 1 - error / variance : null;
}

function correlation({ count, x, xx, y, yy, xy }: Pair): number | null {
  const variances = count > 1 ? spread(count, x, xx) * spread(count, y, yy) : 0;
  return variances > 0 ? Math.max(-1, Math.min(1, (xy - (x * y) / count) / Math.sqrt(variances))) : null;
}

function mean(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : known.reduce((a, b) => a + b, 0) / known.length;
}
