import Table from 'cli-table3';
import type { SourceResult } from '../results/accuracy-result.ts';
import type { ComparisonEntry } from '../results/comparison-result.ts';
import type { EvaluationResult, StepResult } from '../results/evaluation-result.ts';
import type { TaskResult } from '../results/task-result.ts';
import { shownFigures } from '../tasks/shown-figures.ts';
import { figureCells, headOf, sourceCells } from './print-task.ts';

/** Every method at every step in one table, the source network first. */
export function comparisonTable(entries: readonly ComparisonEntry[]): string {
  const task = entries[0]?.result.task;
  if (task) return taskComparison(entries, task);
  const table = new Table({
    head: ['', 'T', 'top-1 %', 'agreement %', 'rate', '(a)', '(b)', '(c)'],
    colAligns: ['left', ...new Array<'right'>(7).fill('right')],
    style: { head: [], border: [], compact: true },
  });
  const source = entries[0]?.result.source;
  if (source) table.push(['source', '', top1Of(source), '', '', '1', '1', '']);
  for (const { name, result } of entries) {
    table.push(...result.steps.map((step) => [step.t === 1 ? name : '', ...cells(step, result)]));
  }
  return table.toString();
}

/** The same for networks that do not tell classes, with the figures of their task. */
function taskComparison(entries: readonly ComparisonEntry[], task: TaskResult): string {
  const figures = shownFigures(task);
  const table = new Table({
    head: ['', 'T', ...figures.map(headOf), 'rate', '(a)', '(b)'],
    colAligns: ['left', ...new Array<'right'>(figures.length + 4).fill('right')],
    style: { head: [], border: [], compact: true },
  });
  table.push(['source', '', ...sourceCells(figures, task), '', '1', '1']);
  for (const { name, result } of entries) {
    const rows = result.steps.map((step, i) => {
      const measured = figureCells(figures, result.task?.steps[i]);
      return [step.t === 1 ? name : '', step.t, ...measured, ...energyCells(step, result)];
    });
    table.push(...rows);
  }
  return table.toString();
}

/** What the columns are. */
export const comparisonLegend = [
  'intervals: 95 %; rate: spikes per neuron and step; energy relative to the source network, estimates:',
  '(a) ECMT’s ratio: every spike one addition, nothing else is charged; (b) full estimate;',
  '(c) full estimate, ratio to the source network in as many bits as the spikes carry',
];

function cells(step: StepResult, result: EvaluationResult): (string | number)[] {
  return [
    step.t,
    top1Of(step),
    withInterval(step.agreement, step.agreementInterval),
    ...energyCells(step, result),
    step.energy.quantisedRatio?.toPrecision(3) ?? '–',
  ];
}

function energyCells(step: StepResult, { energy }: EvaluationResult): string[] {
  const full = step.energy.full.find(({ device }) => device === energy?.device);
  return [step.firingRate.toFixed(3), step.energy.ecmtRatio.toFixed(3), full?.ratio.toFixed(3) ?? '–'];
}

function top1Of({ top1, top1Interval }: SourceResult): string {
  return withInterval(top1, top1Interval);
}

function withInterval(value: number | null, interval: readonly [number, number] | null): string {
  if (value === null || interval === null) return '–';
  const [low, high] = interval.map((bound) => (100 * bound).toFixed(1));
  return `${(100 * value).toFixed(1)} [${low}, ${high}]`;
}
