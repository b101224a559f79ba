import { logitsOf } from '../analysis/logits-of.ts';
import type { DataType } from '../graph/data-type.ts';
import type { Model } from '../graph/model.ts';
import { lookUp } from '../look-up.ts';
import { measureShapes } from '../sessions/measure-shapes.ts';
import { type TaskName, taskOfShape } from '../tasks/tasks.ts';

/**
 * What a network that does not spike is for, by the type and shape of the output that it decides by.
 *
 * @param wanted the task, if it is known
 * @param shapes of its values for one sample; default: measured where the network does not declare them
 * @throws UsageError if the output does not fit the task, or no task measures it
 */
export async function taskOf(
  source: Model,
  wanted?: TaskName,
  shapes?: ReadonlyMap<string, readonly number[]>,
): Promise<TaskName> {
  const { name, shape, dataType } = logitsOf(source);
  const task = wanted ?? (decides(dataType) ? 'decision' : undefined);
  const declared = shape?.slice(1);
  if (declared?.every((length) => typeof length === 'number')) return taskOfShape(declared as number[], task);
  const measured = shapes ?? (await measureShapes(source, [name]));
  return taskOfShape(lookUp(measured, name, 'shape of value').slice(1), task);
}

/** Whether numbers of a type are decisions, not scores. */
function decides(dataType: DataType | undefined): boolean {
  return dataType === 'bool' || /^u?int/.test(dataType ?? '');
}
