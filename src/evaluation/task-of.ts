import { logitsOf } from '../analysis/logits-of.ts';
import type { DataType } from '../graph/data-type.ts';
import type { Model } from '../graph/model.ts';
import { lookUp } from '../look-up.ts';
import { measureShapes } from '../sessions/measure-shapes.ts';
import { type TaskName, taskOfShape } from '../tasks/tasks.ts';
import { saysNextTokens } from './says-next-tokens.ts';

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
  const task = wanted ?? (decides(dataType) ? 'decision' : undefined) ?? (await speaking(source));
  const declared = shape?.slice(1);
  if (declared?.every((length) => typeof length === 'number')) return taskOfShape(declared as number[], task);
  const measured = shapes ?? (await measureShapes(source, [name]));
  return taskOfShape(lookUp(measured, name, 'shape of value').slice(1), task);
}

/** The task of a network that goes on with a text. */
async function speaking(source: Model): Promise<TaskName | undefined> {
  return (await saysNextTokens(source)) ? 'next-token' : undefined;
}

/** Whether numbers of a type are decisions, not scores. */
function decides(dataType: DataType | undefined): boolean {
  return dataType === 'bool' || /^u?int/.test(dataType ?? '');
}
