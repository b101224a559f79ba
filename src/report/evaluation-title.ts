import type { EvaluationResult } from '../results/evaluation-result.ts';
import type { Figure, TaskResult } from '../results/task-result.ts';
import type { Run } from '../runs/read-run.ts';
import { figureNumber, type ShownFigure, shownFigures } from '../tasks/shown-figures.ts';
import { percent, points } from './format.ts';
import { operatingPoint } from './operating-point.ts';

/** What an evaluation found, in one sentence: how good the network is where it is best. */
export function evaluationTitle({ name, result }: Pick<Run, 'name' | 'result'>): string {
  const { images, source, task } = result;
  if (images === 0) return `${name}: none of the images could be read`;
  const best = operatingPoint(result)?.step;
  if (task) return taskTitle(name, result, task);
  if (!best) {
    return source.top1 === null
      ? `${name} does not spike, and the images have no labels`
      : `${name} gets ${percent(source.top1)} right; it does not spike`;
  }
  if (best.top1 === null || source.top1 === null) {
    return `${name}: ${percent(best.agreement)} agreement with its source network at T = ${best.t}`;
  }
  const gap = best.top1 - source.top1;
  const where = gap < 0 ? `${points(gap)} below` : gap > 0 ? `${points(gap)} above` : 'as good as';
  return `${name}: ${percent(best.top1)} right at T = ${best.t}, ${where} its source network`;
}

function taskTitle(name: string, result: EvaluationResult, task: TaskResult): string {
  const best = operatingPoint(result);
  if (!best) return `${name} does not spike; its output is measured as ${task.name}`;
  const [main] = mainFigures(task);
  return `${name}: ${main ? taskFigure(task, main, best.index) : 'its figures are not known'} at T = ${best.step.t}`;
}

/** Main figures, those against targets first. */
export function mainFigures(task: TaskResult): ShownFigure[] {
  const main = shownFigures(task).filter((figure) => figure.main);
  return main.toSorted((a, b) => Number(a.against === 'source') - Number(b.against === 'source'));
}

/** A figure of a task with its name and unit: `mIoU 81.2 %`. @param i number of the step; of the source network where there is none */
export function taskFigure(task: TaskResult, figure: ShownFigure, i?: number): string {
  const figures = (i === undefined ? task.source : task.steps[i]) as
    | Readonly<Record<string, Figure>>
    | undefined;
  const value = figures?.[figure.key]?.value;
  const text = value === null || value === undefined ? 'not known' : figureNumber(figure, value);
  return `${figure.title} ${text}${figure.percent && text !== 'not known' ? ' %' : ''}`;
}
