import { basename } from 'node:path';
import type { EvaluationResult } from '../results/evaluation-result.ts';
import type { ListedRun } from '../runs/list-runs.ts';
import { measuredColumns, stepCostColumns, stepRows } from '../tables/evaluation-table.ts';
import { type Cell, numberColumn, percentColumn, type Table, textColumn } from '../tables/table.ts';
import { bestStep, headlinesOf, shownOf } from '../tasks/headline.ts';

/** Runs, one a row: what they are and the best of what they found. */
export function runsTable(runs: readonly ListedRun[]): Table {
  return {
    caption: `${runs.length} runs`,
    columns: [
      textColumn('run'),
      textColumn('kind'),
      textColumn('method'),
      numberColumn('t', 'T', 0),
      percentColumn('best', 'best'),
      numberColumn('ecmt_ratio', '(a)', 3),
      { ...textColumn('finished'), spare: true },
      { ...textColumn('tags'), spare: true },
      { ...textColumn('folder'), spare: true },
    ],
    rows: runs.map((listed) => {
      const { path, name = basename(path), tags, run, state } = listed;
      const finished = run?.environment?.finished.slice(0, 10) ?? '';
      return [name, run?.kind ?? state, methodOf(listed), ...bestOf(listed), finished, tags.join(', '), path];
    }),
  };
}

/** Method and preset; empty where a run has several, or none. */
export function methodOf({ run }: ListedRun): string {
  const { method, preset } = run?.environment?.conversion ?? {};
  return method === undefined ? '' : `${method}/${preset}`;
}

/** T, quality and ECMT's ratio of the best step, the earliest of equals. */
function bestOf({ run }: ListedRun): [Cell, Cell, Cell] {
  if (run?.kind !== 'evaluation') return [null, null, null];
  const { steps } = headlinesOf(run.result);
  const best = bestStep(steps);
  const step = best === undefined ? undefined : run.result.steps[best];
  const headline = best === undefined ? undefined : steps[best];
  return step && headline ? [step.t, shownOf(headline), step.energy.ecmtRatio] : [null, null, null];
}

/** Every step of every evaluation, one a row, with what the run was. */
export function exportTable(runs: readonly ListedRun[]): Table {
  const evaluations = runs.flatMap((listed) =>
    listed.run?.kind === 'evaluation' ? [{ listed, run: listed.run }] : [],
  );
  const first = evaluations[0]?.run.result;
  const alike = evaluations.filter(({ run }) => sameTask(run.result, first));
  return {
    caption: `${alike.length} runs`,
    columns: [
      ...['run', 'folder', 'tags', 'network', 'method', 'data'].map((key) => textColumn(key)),
      numberColumn('images', 'images', 0),
      numberColumn('t', 'T', 0),
      ...measuredColumns(first?.task),
      ...stepCostColumns(),
    ],
    rows: alike.flatMap(({ listed, run }) => {
      const { path, name = basename(path), tags } = listed;
      const data = typeof run.settings.data === 'string' ? run.settings.data : '';
      const about = [name, path, tags.join(' '), run.name, methodOf(listed), data, run.result.images];
      return stepRows(run.result).map((row) => [...about, ...row]);
    }),
  };
}

/** Whether the same figures are measured. */
function sameTask(a: EvaluationResult, b: EvaluationResult | undefined): boolean {
  return a.task?.name === b?.task?.name;
}
