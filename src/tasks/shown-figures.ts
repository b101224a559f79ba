import type { Figure, TaskResult } from '../results/task-result.ts';
import type { FigureText } from './define-task.ts';
import { taskNamed } from './tasks.ts';

/** A figure of a task as tables have it: a column. */
export interface ShownFigure extends FigureText {
  readonly key: string;
}

/** The figures of a run that are known for some network, in the order of tables. */
export function shownFigures(result: TaskResult): ShownFigure[] {
  const all: Readonly<Record<string, Figure>>[] = [result.source, ...result.steps, ...result.quantised];
  return Object.entries(taskNamed(result.name).figures)
    .map(([key, text]) => ({ key, ...text }))
    .filter(({ key }) => all.some((figures) => figures[key]!.value !== null));
}

/** A number of a figure as text: percent without the sign, or three digits. `–` where it is not known. */
export function figureNumber({ percent }: FigureText, value: number | null | undefined): string {
  if (value === null || value === undefined) return '–';
  if (percent) return (100 * value).toFixed(1);
  return Math.abs(value) >= 1e-4 && Math.abs(value) < 1e4
    ? String(Number(value.toPrecision(4)))
    : value.toExponential(2);
}
