import pc from 'picocolors';
import type { PayingRange } from '../results/frontier.ts';
import type { TuningPoint } from '../results/tuning-entry.ts';
import { taskNamed } from '../tasks/tasks.ts';
import { dropOf, ratioOf } from '../tuning/search/tuning-point.ts';

/** What the columns of the frontier are, and where spiking stops paying. */
export function frontierLegend(pays: PayingRange | undefined): string[] {
  return [
    'in percent, measured on images that were not calibrated on; energy relative to the source network, estimates:',
    '(a) ECMT’s ratio: every spike one addition, nothing else is charged',
    `(b) full estimate${pays ? ` on ${pays.device}; ${payingSentence(pays)}` : ', unknown for networks of an earlier version’s journal'}`,
  ];
}

function payingSentence({ last, stops }: PayingRange): string {
  if (!last) return 'spiking pays at none of these points';
  if (!stops) return 'spiking pays up to the last of these points';
  return `spiking pays up to (a) ${last.ecmtRatio.toFixed(3)}, no longer from ${stops.ecmtRatio.toFixed(3)} on`;
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
