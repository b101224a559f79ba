import Table from 'cli-table3';
import pc from 'picocolors';
import type { PayingRange } from '../results/frontier.ts';
import type { TuningPoint } from '../results/tuning-entry.ts';
import { taskNamed } from '../tasks/tasks.ts';
import { dropOf, ratioOf } from '../tuning/search/tuning-point.ts';

/** The frontier as a table, cheapest network first; the chosen one is marked. */
export function frontierTable(frontier: readonly TuningPoint[], chosen: TuningPoint): string {
  const { names } = taskNamed(chosen.measured.task ?? 'classification');
  const [likeness, quality] = [`${names.likeness} %`, `${names.quality} %`];
  const table = new Table({
    head: ['', '(a)', '(b)', 'T', 'starts', 'biases', likeness, quality, 'source %', 'divergence'],
    colAligns: ['left', 'right', 'right', 'right', 'right', 'right', 'right', 'right', 'right', 'right'],
    style: { head: [], border: [] },
  });
  for (const point of frontier) {
    const { schedule, measured } = point;
    const starts = schedule.steps - schedule.window + 1;
    table.push([
      point === chosen ? '→' : '',
      ratioOf(point).toFixed(3),
      measured.fullRatio?.toFixed(3) ?? '–',
      schedule.steps,
      starts === 1 ? 'at once' : `in ${starts} steps`,
      point.biasCorrected ? 'corrected' : '',
      percent(measured.agreement),
      percent(measured.top1),
      percent(measured.sourceTop1),
      measured.divergence.toFixed(3),
    ]);
  }
  return table.toString();
}

/** What the columns of {@link frontierTable} are, and where spiking stops paying. */
export function frontierLegend(pays: PayingRange | undefined): string[] {
  return [
    'measured on images that were not calibrated on; energy relative to the source network, estimates:',
    '(a) ECMT’s ratio: every spike one addition, nothing else is charged',
    `(b) full estimate${pays ? ` on ${pays.device}; ${payingSentence(pays)}` : ', unknown for networks of an earlier version’s journal'}`,
  ];
}

function payingSentence({ last, stops }: PayingRange): string {
  if (!last) return 'spiking pays at none of these points';
  if (!stops) return 'spiking pays up to the last of these points';
  return `spiking pays up to (a) ${last.ecmtRatio.toFixed(3)}, no longer from ${stops.ecmtRatio.toFixed(3)} on`;
}

function percent(share: number | null): string {
  return share === null ? '–' : (100 * share).toFixed(1);
}

/** Says whether the goal was reached. */
export function goalSentence(point: TuningPoint, reached: boolean): string {
  const { images, top1, task } = point.measured;
  const unlike = task
    ? `points of ${taskNamed(task).names.likeness} lost (no targets)`
    : '% of decisions changed (no labels)';
  const loss = `${dropOf(point).toFixed(1)} ${top1 === null ? unlike : 'points below the source'}`;
  const sentence = `ratio ${ratioOf(point).toFixed(3)}, ${loss} on ${images} images`;
  return reached ? sentence : pc.yellow(`not reached: the nearest is ${sentence}`);
}
