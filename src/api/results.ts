/**
 * Run folders: their schemas, the record that an interrupted run goes on from, and the report.
 *
 * @example
 * ```ts
 * import { results } from 'transpike';
 *
 * const interval = results.frontierSchema.parse({ points: [] });
 * console.log(interval.points.length); // 0
 * ```
 *
 * @module
 */
export { type Studio, type StudioSettings, serveStudio } from '../jobs/serve-studio.ts';
export { writeReport } from '../report/write-report.ts';
export { comparisonSchema } from '../results/comparison-result.ts';
export { environmentSchema } from '../results/environment.ts';
export {
  type EvaluationResult,
  evaluationSchema,
  type SiteResult,
  type StepResult,
} from '../results/evaluation-result.ts';
export { frontierSchema } from '../results/frontier.ts';
export { type RunLabel, runLabelSchema } from '../results/run-label.ts';
export type { Figure, OtherOutput, TaskResult } from '../results/task-result.ts';
export { type Traces, tracesSchema } from '../results/traces.ts';
export { type ComparisonRun, type Run, readRun, type TuningRun } from '../runs/read-run.ts';
export { RunRecord } from '../runs/run-record.ts';
