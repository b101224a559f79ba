import type { ImageRecord } from '../../results/batch-record.ts';
import type { TaskResult } from '../../results/task-result.ts';
import type { Judged } from '../../tasks/define-task.ts';
import { type TaskName, taskNamed } from '../../tasks/tasks.ts';

/**
 * How good the networks of a run are at their task, whatever the order in which images were done; `undefined` where that is to tell
 * classes, which has fields of its own.
 */
export function summariseTask(name: TaskName, records: readonly ImageRecord[]): TaskResult | undefined {
  if (name === 'classification' || records.length === 0) return undefined;
  const predictions = records.toSorted((a, b) => (a.id < b.id ? -1 : 1));
  const { measure } = taskNamed(name);
  const figuresOf = (own: (each: ImageRecord) => readonly number[]) =>
    measure(predictions.map((each): Judged => ({ own: own(each), source: each.source })));
  const first = predictions[0]!;
  // An image of an interrupted run may lack the quantised networks; then none is told of.
  const quantised = predictions.every((each) => each.quantised) ? first.quantised! : [];
  return {
    name,
    source: figuresOf(({ source }) => source),
    steps: first.steps.map((_, t) => figuresOf(({ steps }) => steps[t]!)),
    quantised: quantised.map((_, i) => figuresOf((each) => each.quantised![i]!)),
  } as TaskResult;
}
