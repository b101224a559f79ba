import pc from 'picocolors';
import { wilsonInterval } from '../metrics/wilson-interval.ts';
import type { PayingRange } from '../results/frontier.ts';
import type { Measurement, TuningPoint } from '../results/tuning-entry.ts';
import { taskNamed } from '../tasks/tasks.ts';
import { dropOf, ratioOf } from '../tuning/search/tuning-point.ts';

/** What the columns of the frontier are, and where spiking stops paying. */
export function frontierLegend({ measured }: TuningPoint, pays: PayingRange | undefined): string[] {
  return [
    `in percent, ${measuredOn(measured)}; energy relative to the source network, estimates:`,
    '(a) ECMT’s ratio: every spike one addition, nothing else is charged',
    `(b) full estimate${pays ? ` on ${pays.device}; ${payingSentence(pays)}` : ', unknown for networks of an earlier version’s journal'}`,
  ];
}

function measuredOn({ images, calibrated }: Measurement): string {
  if (calibrated === null) return `measured on ${images} images`;
  if (calibrated === 0) return `measured on ${images} images that were not calibrated on`;
  const share = calibrated === images ? 'all' : `${calibrated}`;
  return `measured on ${images} images, ${share} of which were calibrated on, so that networks look better than they are`;
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
  const sentence = `ratio ${ratioOf(point).toFixed(3)}, ${loss} on ${images} images${agreementOf(point)}`;
  return reached ? sentence : pc.yellow(`not reached: the nearest is ${sentence}`);
}

/** What chance leaves open on so few images. */
function agreementOf({ measured: { agreement, images, task } }: TuningPoint): string {
  if (task) return '';
  const bounds = wilsonInterval(Math.round(agreement * images), images);
  return ` (agreement ${percent(agreement)} % [${bounds.map(percent).join(', ')}])`;
}

function percent(share: number): string {
  return (100 * share).toFixed(1);
}
