import type { EvaluationResult, StepResult } from '../results/evaluation-result.ts';
import { bestStep, headlinesOf } from '../tasks/headline.ts';

/** The step that a network is best run at. */
export interface OperatingPoint {
  readonly step: StepResult;
  /** Its place among the steps. */
  readonly index: number;
  /** Where it comes from: `, the best of 6 steps`; empty where there is one alone. */
  readonly chosen: string;
}

/** The best step of a run, the earliest of equals; the last one where nothing tells how good they are. */
export function operatingPoint(result: EvaluationResult): OperatingPoint | undefined {
  const { steps } = result;
  const best = bestStep(headlinesOf(result).steps);
  const index = best ?? steps.length - 1;
  const step = steps[index];
  if (!step) return undefined;
  return {
    step,
    index,
    chosen: best === undefined || steps.length === 1 ? '' : `, the best of ${steps.length} steps`,
  };
}
