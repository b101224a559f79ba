import type { SourceResult } from '../results/accuracy-result.ts';
import type { EvaluationResult, QuantisedResult } from '../results/evaluation-result.ts';
import type { Figure, TaskResult } from '../results/task-result.ts';
import { type ShownFigure, shownFigures } from '../tasks/shown-figures.ts';
import {
  type Cell,
  type Column,
  intervalColumn,
  numberColumn,
  percentColumn,
  type Table,
  textColumn,
} from './table.ts';
import { sourceName, tunedRows } from './tuned-rows.ts';

const [top1, top5, agreement] = [
  percentColumn('top1', 'top-1'),
  percentColumn('top5', 'top-5'),
  percentColumn('agreement', 'agree'),
];

const classColumns = [top1, intervalColumn(top1), top5, agreement, intervalColumn(agreement)];

/** Columns of energy and activity. */
const costColumns = [
  numberColumn('firing_rate', 'rate', 3),
  numberColumn('ecmt_ratio', '(a)'),
  numberColumn('full_ratio', '(b)'),
  numberColumn('quantised_ratio', '(c)'),
];

/**
 * The table of an evaluation: the source network, quantised ones, then every time-step. `5 bits` is the source network with weights and
 * activations of 5 bits. Of a fine-tuned network the source network and the converted one come first, as they were measured then.
 */
export function evaluationTable(result: EvaluationResult): Table {
  const { windows } = result;
  // Where layers have windows one after the other, T alone does not say how long a run lasts.
  const latencyColumns = windows === null ? [] : [numberColumn('latency', 'slots', 0)];
  const noLatency = latencyColumns.map(() => null);
  const place = -costColumns.length;
  const withLatency = (cells: readonly Cell[], latency: readonly Cell[]) => [
    ...cells.slice(0, place),
    ...latency,
    ...cells.slice(place),
  ];
  return {
    caption: `${result.images} images`,
    columns: [textColumn('network', ''), ...measuredColumns(result.task), ...latencyColumns, ...costColumns],
    rows: [
      ...tunedRows(result).map((cells) => [...cells, ...noLatency, null, null, null, null]),
      [sourceName(result), ...sourceCells(result), ...noLatency, null, 1, 1, null],
      ...(result.quantised?.networks ?? []).map((network, i) =>
        withLatency(quantisedRow(network, i, result), noLatency),
      ),
      ...stepRows(result).map(([t, ...cells]) => [
        `T = ${t}`,
        ...withLatency(cells, latencyOf(result, Number(t))),
      ]),
    ],
  };
}

/** Slots of the run with T = t; nothing of neurons that run in steps. Earlier versions had windows of equal length. */
function latencyOf({ steps, windows }: EvaluationResult, t: number): number[] {
  return windows === null ? [] : [steps[t - 1]?.latency ?? windows * t];
}

/** Columns of what is measured: accuracy and agreement, or the figures of another task. */
export function measuredColumns(task: TaskResult | undefined): Column[] {
  if (!task) return classColumns;
  return shownFigures(task).flatMap((figure) => {
    const column = figureColumn(figure);
    return figure.main ? [column, { ...intervalColumn(column), spare: true }] : [{ ...column, spare: true }];
  });
}

function figureColumn({ key, title, percent }: ShownFigure): Column {
  return percent ? percentColumn(key, title) : numberColumn(key, title);
}

/** Cells of {@link measuredColumns} for the source network, which is not measured against itself. */
export function sourceCells({ task, source }: EvaluationResult): Cell[] {
  if (!task) return [...accuracyCells(source), null, null];
  const own: Readonly<Record<string, Figure>> = task.source;
  return shownFigures(task).flatMap((figure) =>
    figureCells(figure, figure.against === 'source' ? undefined : own[figure.key]),
  );
}

/** Every step: t, cells of {@link measuredColumns}, then {@link costColumns}. */
export function stepRows({ steps, task, energy }: EvaluationResult): Cell[][] {
  const figures = task && shownFigures(task);
  return steps.map((step, i) => {
    const of: Readonly<Record<string, Figure>> = task?.steps[i] ?? {};
    const measured = figures
      ? figures.flatMap((figure) => figureCells(figure, of[figure.key]))
      : [...accuracyCells(step), step.agreement, step.agreementInterval];
    const full = step.energy.full.find(({ device }) => device === energy?.device) ?? step.energy.full[0];
    const { ecmtRatio, quantisedRatio } = step.energy;
    return [step.t, ...measured, step.firingRate, ecmtRatio, full?.ratio ?? null, quantisedRatio];
  });
}

/** Columns of a step's activity and energy. */
export function stepCostColumns(): readonly Column[] {
  return costColumns;
}

function quantisedRow(network: QuantisedResult, i: number, { task }: EvaluationResult): Cell[] {
  const of: Readonly<Record<string, Figure>> = task?.quantised[i] ?? {};
  const measured = task
    ? shownFigures(task).flatMap((figure) => figureCells(figure, of[figure.key]))
    : [...accuracyCells(network), network.agreement, network.agreementInterval];
  return [
    `${bitsOf(network)} bits${network.capped ? '*' : ''}`,
    ...measured,
    null,
    null,
    network.energy.ratio,
    1,
  ];
}

/** `4`, or `3–5` where sites differ. */
export function bitsOf({ bits: [fewest, most] }: Pick<QuantisedResult, 'bits'>): string {
  return fewest === most ? `${most}` : `${fewest}–${most}`;
}

function accuracyCells(of: SourceResult): Cell[] {
  return [of.top1, of.top1Interval, of.top5];
}

function figureCells({ main }: ShownFigure, figure: Figure | undefined): Cell[] {
  const value = figure?.value ?? null;
  return main ? [value, figure?.interval ?? null] : [value];
}
