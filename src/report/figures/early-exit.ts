import type { EvaluationResult, StepResult } from '../../results/evaluation-result.ts';
import { axisRange } from '../axis-range.ts';
import { drawChart } from '../draw-chart.ts';
import { defineFigure, figureOf, key } from '../figure.ts';
import { percent, points, short } from '../format.ts';
import { html } from '../html.ts';
import { keyMark, seriesMark } from '../series-marks.ts';

type Exit = EvaluationResult['earlyExit'][number];

/** Only networks that tell classes stop early; theirs is known. */
interface ClassQuality {
  readonly top1: number | null;
  readonly agreement: number | null;
}

function shareOf({ top1, agreement }: ClassQuality): number {
  return top1 ?? agreement ?? 0;
}

/** Accuracy against the mean number of steps, when images stop as soon as they are sure. */
export const earlyExit = defineFigure({
  id: 'early-exit',
  async draw({ result: { earlyExit: exits, steps } }) {
    const last = steps.at(-1);
    if (exits.length === 0 || !last || steps.length < 2) return undefined;
    const labelled = exits[0]?.top1 !== null;
    const qualityOf = (of: ClassQuality) => 100 * shareOf(of);
    const [free, fixed] = [seriesMark(0), seriesMark(1)];
    const chart = await drawChart('Accuracy against mean number of steps', (Plot, { narrow }) => ({
      height: narrow ? 260 : 300,
      marginTop: 28,
      marginLeft: 40,
      marginRight: 24,
      marginBottom: 44,
      style: { fontSize: '12px' },
      x: {
        label: 'mean number of steps',
        labelAnchor: 'center',
        labelArrow: 'none',
        grid: true,
        domain: [0.9, steps.length + 0.1],
        ticks: narrow ? 5 : 10,
      },
      y: {
        label: labelled ? 'top-1, % of images' : 'agreement, % of images',
        labelArrow: 'none',
        grid: true,
        ticks: 5,
        domain: axisRange([...exits, ...steps].map(qualityOf)),
      },
      marks: [
        Plot.line(exits, {
          x: 'meanSteps',
          y: qualityOf,
          stroke: free.color,
          strokeWidth: 2,
          strokeDasharray: free.dash,
        }),
        Plot.dot(exits, {
          x: 'meanSteps',
          y: qualityOf,
          symbol: free.symbol,
          fill: free.color,
          r: 3.5,
          title: (exit: Exit) =>
            `threshold ${short(exit.threshold)}: ${qualityOf(exit).toFixed(1)} % after ${exit.meanSteps.toFixed(2)} steps`,
        }),
        Plot.line(steps, { x: 't', y: qualityOf, stroke: fixed.color, strokeDasharray: fixed.dash }),
        Plot.dot(steps, {
          x: 't',
          y: qualityOf,
          symbol: fixed.symbol,
          fill: fixed.color,
          stroke: 'var(--surface)',
          r: steps.length > 12 ? 3 : 5,
        }),
      ],
    }));
    return {
      title: titleOf(exits, last),
      caption: html`Every image stops at the first step whose largest softmax output reaches a threshold; a point for each threshold. Beside it: the same number of steps for all images.`,
      data: ['result.json: earlyExit[].meanSteps, .top1, .agreement'],
      body: html`${key([
        { mark: keyMark(free), text: 'images stop by themselves' },
        { mark: keyMark(fixed), text: 'all images stop at T' },
      ])}${chart}`,
      table: {
        head: ['threshold', 'mean steps', 'top-1', 'agreement', 'ECMT’s ratio', 'full estimate, ratio'],
        rows: exits.map((exit, i) => [
          short(exit.threshold),
          figureOf(`result.json#/earlyExit/${i}/meanSteps`, exit.meanSteps, exit.meanSteps.toFixed(2)),
          figureOf(`result.json#/earlyExit/${i}/top1`, exit.top1, percent(exit.top1)),
          figureOf(`result.json#/earlyExit/${i}/agreement`, exit.agreement, percent(exit.agreement)),
          figureOf(
            `result.json#/earlyExit/${i}/energy/ecmtRatio`,
            exit.energy.ecmtRatio,
            exit.energy.ecmtRatio.toFixed(3),
          ),
          figureOf(
            `result.json#/earlyExit/${i}/energy/fullRatio`,
            exit.energy.fullRatio,
            exit.energy.fullRatio.toFixed(3),
          ),
        ]),
      },
    };
  },
});

/** The fewest steps that cost at most half a point of what all steps give. */
function titleOf(exits: EvaluationResult['earlyExit'], last: StepResult): string {
  const good = exits.filter((exit) => shareOf(exit) >= shareOf(last) - 0.005);
  if (good.length === 0) return 'Stopping early costs accuracy at every threshold';
  const best = good.reduce((a, b) => (b.meanSteps < a.meanSteps ? b : a));
  const lost = shareOf(last) - shareOf(best);
  const price = lost <= 0 ? 'without loss' : `for ${points(lost)} less`;
  return `Images that stop when sure need ${best.meanSteps.toFixed(2)} instead of ${last.t} steps ${price}`;
}
