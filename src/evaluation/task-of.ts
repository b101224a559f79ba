import { logitsOf } from '../analysis/logits-of.ts';
import type { DataType } from '../graph/data-type.ts';
import type { Model } from '../graph/model.ts';
import { measureShapes } from '../sessions/measure-shapes.ts';
import { toSourceForm } from '../spiking/spiking-form.ts';
import { type TaskName, taskOfShape } from '../tasks/tasks.ts';

/**
 * What a network is for, by the type and shape of the output that it decides by.
 *
 * @param wanted the task, if it is known
 * @throws UsageError if the output does not fit the task, or no task measures it
 */
export async function taskOf(model: Model, wanted?: TaskName): Promise<TaskName> {
  const source = toSourceForm(model);
  const { name, shape, dataType } = logitsOf(source);
  const task = wanted ?? (decides(dataType) ? 'decision' : undefined);
  const declared = shape?.slice(1);
  if (declared?.every((length) => typeof length === 'number')) return taskOfShape(declared as number[], task);
  const measured = await measureShapes(source, [name]);
  return taskOfShape(measured.get(name)!.slice(1), task);
}

/** Whether numbers of a type are decisions, not scores. */
function decides(dataType: DataType | undefined): boolean {
  return dataType === 'bool' || /^u?int/.test(dataType ?? '');
}
