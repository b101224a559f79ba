import type { TuningPoint } from '../../results/tuning-entry.ts';
import { dropOf, paretoFrontier, ratioOf } from './tuning-point.ts';

/** What to tune for. */
export type TuningGoal =
  /** The best network whose energy ratio is at most this. */
  | { readonly kind: 'energy'; readonly ecmtRatio: number }
  /** The cheapest network that loses at most this many percentage points. */
  | { readonly kind: 'accuracy-drop'; readonly points: number }
  /** All of the frontier; the model is that of the best trade-off at a ratio of 0.35. */
  | { readonly kind: 'frontier' };

/** Energy ratios of a frontier. */
export const frontierTargets = [0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.45] as const;

/** Energy ratios to aim at for a goal. */
export function targetsOf(goal: TuningGoal): readonly number[] {
  return goal.kind === 'energy' ? [goal.ecmtRatio] : frontierTargets;
}

/** The point that serves the goal, and whether it reaches it; what comes nearest where none does. */
export function choosePoint(
  goal: TuningGoal,
  points: readonly TuningPoint[],
): { readonly point: TuningPoint; readonly reached: boolean } {
  const frontier = paretoFrontier(points);
  if (goal.kind === 'accuracy-drop') {
    const cheapest = frontier.find((point) => dropOf(point) <= goal.points);
    return { point: cheapest ?? frontier.at(-1)!, reached: cheapest !== undefined };
  }
  const budget = goal.kind === 'energy' ? goal.ecmtRatio : 0.35;
  const best = frontier.findLast((point) => ratioOf(point) <= budget);
  return { point: best ?? frontier[0]!, reached: best !== undefined };
}
