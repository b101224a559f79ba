import { compensating } from './compensating.ts';
import type { Rounding } from './define-rounding.ts';
import { nearest } from './nearest.ts';
import { truncating } from './truncating.ts';

/** All roundings of weights; the first one is the default. */
export const roundings = [nearest, compensating, truncating] as const;

/** Name of a rounding. */
export type RoundingName = (typeof roundings)[number]['name'];

/** The rounding of a name. */
export function roundingNamed(name: RoundingName): Rounding {
  return roundings.find((rounding) => rounding.name === name)!;
}
