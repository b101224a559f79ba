import type { EvaluationResult } from '../results/evaluation-result.ts';
import type { TaskResult } from '../results/task-result.ts';
import { figureNumber, shownFigures } from '../tasks/shown-figures.ts';

/** What the figures of networks that tell classes are. */
export const classLegend =
  'top-1, top-5, agree (the source network’s class): % of images, with 95 % intervals';

/** What the figures of a task are. */
export function taskLegend(task: TaskResult): string[] {
  return [
    `task: ${task.name}; intervals: 95 %`,
    ...shownFigures(task).map(
      ({ title, percent, meaning }) => `${title}: ${percent ? 'in percent, ' : ''}${meaning}`,
    ),
  ];
}

/** How far other outputs are off; nothing where there are none. */
export function otherOutputLines({ output, otherOutputs = [] }: EvaluationResult): string[] {
  if (otherOutputs.length === 0) return [];
  return [
    `measured output: ${output}`,
    ...otherOutputs.map(({ name, relativeError }) => {
      const errors = relativeError.map((value) => figureNumber(plain, value)).join(', ');
      return `other output ${name}: relative error ${errors || '–'} by step`;
    }),
  ];
}

const plain = { title: '', meaning: '', against: 'source' } as const;
