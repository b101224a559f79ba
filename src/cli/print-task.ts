import Table from 'cli-table3';
import type { EvaluationResult } from '../results/evaluation-result.ts';
import type { Figure, TaskResult } from '../results/task-result.ts';
import { figureNumber, figureWithInterval, type ShownFigure, shownFigures } from '../tasks/shown-figures.ts';

type Figures = Readonly<Record<string, Figure>>;

/** The table of an evaluation of a network that does not tell classes: as for classes, with the figures of its task. */
export function taskTable({ steps, quantised }: EvaluationResult, task: TaskResult): string {
  const figures = shownFigures(task);
  const table = new Table({
    head: ['', ...figures.map(headOf), 'rate', '(a)', '(b)', '(c)'],
    colAligns: ['left', ...new Array<'right'>(figures.length + 4).fill('right')],
    style: { head: [], border: [], compact: true },
  });
  table.push(['source', ...sourceCells(figures, task), '', '1', '1', '']);
  for (const [i, { bits, capped, energy }] of (quantised?.networks ?? []).entries()) {
    const range = bits[0] === bits[1] ? `${bits[1]}` : `${bits[0]}–${bits[1]}`;
    const name = `${range} bits${capped ? '*' : ''}`;
    table.push([name, ...figureCells(figures, task.quantised[i]), '', '', energy.ratio.toFixed(3), '1']);
  }
  for (const [i, { t, firingRate, energy }] of steps.entries()) {
    table.push([
      `T = ${t}`,
      ...figureCells(figures, task.steps[i]),
      firingRate.toFixed(3),
      energy.ecmtRatio.toFixed(3),
      energy.full[0]?.ratio.toFixed(3) ?? '–',
      energy.quantisedRatio?.toFixed(2) ?? '–',
    ]);
  }
  return table.toString();
}

/** What the figures of a task are. */
export function taskLegend(task: TaskResult): string[] {
  return [
    `task: ${task.name}`,
    ...shownFigures(task).map((figure) => `${headOf(figure)}: ${figure.meaning}`),
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

/** Head of a column. */
export function headOf({ title, percent }: ShownFigure): string {
  return percent ? `${title} %` : title;
}

/** Cells of the source network, which is not measured against itself. */
export function sourceCells(figures: readonly ShownFigure[], { source }: TaskResult): string[] {
  return figures.map((figure) => (figure.against === 'source' ? '' : cell(figure, source)));
}

/** Cells of a network. */
export function figureCells(figures: readonly ShownFigure[], of: Figures | undefined): string[] {
  return figures.map((figure) => (of ? cell(figure, of) : '–'));
}

function cell(figure: ShownFigure, of: Figures): string {
  const { value } = of[figure.key]!;
  return figure.main ? figureWithInterval(figure, of[figure.key]!) : figureNumber(figure, value);
}
