import { wilsonInterval } from './wilson-interval.ts';

/** A proportion with its 95 % interval; all in [0, 1]. */
export interface Proportion {
  readonly value: number;
  readonly interval: readonly [number, number];
}

/** The share of elements for which something holds. */
export function proportion<E>(of: readonly E[], holds: (each: E) => boolean): Proportion {
  const successes = of.filter(holds).length;
  return { value: successes / of.length, interval: wilsonInterval(successes, of.length) };
}
