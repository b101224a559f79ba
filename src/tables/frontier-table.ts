import type { FrontierPoint } from '../results/frontier.ts';
import type { TuningPoint } from '../results/tuning-entry.ts';
import { taskNamed } from '../tasks/tasks.ts';
import { numberColumn, percentColumn, type Table, textColumn } from './table.ts';

/** The frontier of a tuning, cheapest network first; the chosen one is marked. */
export function frontierTable(frontier: readonly TuningPoint[], chosen: TuningPoint): Table {
  const { names } = taskNamed(chosen.measured.task ?? 'classification');
  return {
    caption: `${frontier.length} networks that no other one beats`,
    columns: [
      textColumn('chosen', ''),
      numberColumn('ecmt_ratio', '(a)', 3),
      numberColumn('full_ratio', '(b)', 3),
      numberColumn('t', 'T', 0),
      textColumn('starts'),
      textColumn('biases'),
      percentColumn('likeness', names.likeness),
      percentColumn('quality', names.quality),
      percentColumn('source', 'source'),
      { ...numberColumn('divergence', 'divergence', 3), spare: true },
    ],
    rows: frontier.map((point) => {
      const { schedule, measured, biasCorrected } = point;
      const starts = schedule.steps - schedule.window + 1;
      return [
        point === chosen ? '→' : '',
        measured.ecmtRatio ?? null,
        measured.fullRatio ?? null,
        schedule.steps,
        starts === 1 ? 'at once' : `in ${starts} steps`,
        biasCorrected ? 'corrected' : '',
        measured.agreement,
        measured.top1,
        measured.sourceTop1,
        measured.divergence,
      ];
    }),
  };
}

/** All points of a tuning as its folder has them. */
export function pointsTable(points: readonly FrontierPoint[]): Table {
  return {
    caption: `${points.length} networks`,
    columns: [
      textColumn('method'),
      numberColumn('t', 'T', 0),
      percentColumn('accuracy', 'accuracy'),
      percentColumn('agreement', 'agree'),
      numberColumn('ecmt_ratio', '(a)', 3),
      numberColumn('full_ratio', '(b)', 3),
    ],
    rows: points.map(({ method, T, accuracy, agreement, ecmtRatio, fullRatio = null }) => [
      method,
      T,
      accuracy,
      agreement,
      ecmtRatio,
      fullRatio,
    ]),
  };
}
