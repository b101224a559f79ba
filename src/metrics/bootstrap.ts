import { Random } from '../random.ts';

/** Draws from which intervals are taken. */
const resamples = 400;

/** A value and its interval; null where the rows do not tell it. */
interface Estimate {
  readonly value: number | null;
  readonly interval: readonly [number, number] | null;
}

/**
 * Values of a sample with their 95 % intervals by the percentile bootstrap (Efron, 1979): the rows, one an image, are drawn with
 * replacement. The draws are the same on every machine.
 *
 * @param measure computes all values from rows
 * @returns by name; no interval from fewer than two rows
 */
export function bootstrap<Key extends string>(
  rows: readonly (readonly number[])[],
  measure: (rows: readonly (readonly number[])[]) => Record<Key, number | null>,
): Record<Key, Estimate> {
  const values = measure(rows);
  const keys = (Object.keys(values) as Key[]).filter((key) => values[key] !== null);
  const drawn = new Map(keys.map((key) => [key, [] as number[]]));
  const random = new Random(rows.length);
  for (let draw = 0; draw < (rows.length < 2 ? 0 : resamples); draw++) {
    const again = measure(Array.from(rows, () => rows[random.integer(rows.length)]!));
    for (const [key, list] of drawn) if (again[key] !== null) list.push(again[key]);
  }
  const estimates = Object.entries<number | null>(values).map(([key, value]) => {
    return [key, { value, interval: middle(drawn.get(key as Key) ?? []) }];
  });
  return Object.fromEntries(estimates) as Record<Key, Estimate>;
}

/** The middle 95 % of some values. */
function middle(values: readonly number[]): [number, number] | null {
  if (values.length === 0) return null;
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))]!;
  return [at(0.025), at(0.975)];
}
