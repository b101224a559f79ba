import { UsageError } from '../errors.ts';
import { printShape } from '../graph/print-graph.ts';
import { classification } from './classification.ts';
import { decision } from './decision.ts';
import type { Task } from './define-task.ts';
import { dense } from './dense.ts';
import { detection } from './detection.ts';
import { embedding } from './embedding.ts';
import { nextToken } from './next-token.ts';
import { regression } from './regression.ts';

/** All tasks, in the order in which they are asked whether they recognise an output. */
export const tasks = [classification, regression, dense, embedding, decision, detection, nextToken] as const;

/** Name of a task. */
export type TaskName = (typeof tasks)[number]['name'];

/** The task of a name. */
export function taskNamed(name: TaskName): Task<TaskName> {
  return tasks.find((task) => task.name === name) as unknown as Task<TaskName>;
}

/**
 * The task of a network whose output has this shape for one image.
 *
 * @param wanted name of the task; default: the first one that recognises the shape
 * @throws UsageError if the wanted task cannot measure such an output, or none recognises it
 */
export function taskOfShape(image: readonly number[], wanted?: TaskName): TaskName {
  const found = tasks.find((task) => (wanted ? task.name === wanted : task.recognises(image)));
  if (found?.fits(image)) return found.name;
  throw new UsageError({
    where: 'task of the network',
    expected: found ? `an output for ${found.name}: ${found.summary}` : 'an output that a task measures',
    got: printShape(['N', ...image]),
    remedy: `Choose another task (${tasks.map(({ name }) => name).join(', ')}) or another output`,
    means: ['task', 'output'],
  });
}
