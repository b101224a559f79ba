import { UsageError } from '../errors.ts';
import type { TuningGoal } from '../tuning/search/tuning-goal.ts';
import type { JobListener } from './notice.ts';

/**
 * Sees that a goal of a tuning is in its range.
 *
 * @throws UsageError for a ratio that is no share of the source network's energy, or points that are no percentage
 */
export function checkGoal(goal: TuningGoal, { onNotice }: JobListener): void {
  if (goal.kind === 'energy')
    requireRange('energy ratio', goal.ecmtRatio, 1, 'Give for example 0.35 for 35 %');
  if (goal.kind !== 'accuracy-drop') return;
  requireRange('accuracy drop in points', goal.points, 100, 'Give for example 1 for at most one point');
  if (goal.points >= 0.1) return;
  const message = `an accuracy drop of ${goal.points} points is ${goal.points} % of the images; one per cent is 1`;
  onNotice?.({ kind: 'doubtful-goal', message });
}

function requireRange(where: string, value: number, most: number, remedy: string): void {
  if (value > 0 && value <= most) return;
  throw new UsageError({ where, expected: `a number above 0 and at most ${most}`, got: `${value}`, remedy });
}
