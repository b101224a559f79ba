import { decidingBy } from '../analysis/logits-of.ts';
import { UsageError } from '../errors.ts';
import type { Model } from '../graph/model.ts';
import type { TaskName } from '../tasks/tasks.ts';
import { type DeclaredHead, withDetections } from '../tasks/with-detections.ts';

/** What is measured of a network. */
export interface MeasuredOutput {
  /** What the network is for. Default: what the names and the shapes of its outputs say. */
  readonly task?: TaskName | undefined;
  /** Name of the output to measure. Default: the one called `logits`, else the first one. */
  readonly output?: string | undefined;
  /** How boxes are read from the outputs, for detection. Default: what their names and shapes say. */
  readonly head?: DeclaredHead | undefined;
}

/**
 * The network as it is measured, with its task where that is known: of several outputs it decides by the wanted one; where it detects, by the boxes that are decoded
 * from them.
 *
 * @throws UsageError if there is no such output, or boxes cannot be read from the outputs
 */
export async function measuredNetwork(
  model: Model,
  { task, output, head }: MeasuredOutput,
): Promise<{ model: Model; task: TaskName | undefined }> {
  const chosen = output === undefined ? model : decidingBy(model, output);
  if (head && task !== undefined && task !== 'detection') throw idleHead(task);
  const mayDetect = task === 'detection' || (task === undefined && (head || output === undefined));
  const detecting = mayDetect ? await withDetections(chosen, head) : undefined;
  if (detecting) return { model: detecting, task: 'detection' };
  return { model: chosen, task };
}

function idleHead(task: TaskName): UsageError {
  return new UsageError({
    where: 'detection head',
    expected: 'the task detection',
    got: task,
    remedy: 'Leave the head or the task out',
    means: ['head', 'task'],
  });
}
