import { UsageError } from '../errors.ts';

/** @throws UsageError unless T is a positive integer */
export function checkSteps(steps: number): number {
  if (Number.isInteger(steps) && steps >= 1 && steps <= 4096) return steps;
  throw new UsageError({
    where: 'time-steps T',
    expected: 'an integer from 1 to 4096',
    got: String(steps),
    remedy: 'Choose T ≥ 1, for example 4',
    means: ['steps'],
  });
}
