import type { FrontierPoint, PayingRange } from '../results/frontier.ts';
import type { TuningRun } from '../runs/read-run.ts';
import { classification } from '../tasks/classification.ts';
import { axisOf, type Headlines } from '../tasks/headline.ts';
import { taskNamed } from '../tasks/tasks.ts';
import { figureOf, renderFigure } from './figure.ts';
import { count, percent, short } from './format.ts';
import { type FrontierSeries, frontierChart } from './frontier-chart.ts';
import { type Html, html } from './html.ts';
import { renderPage } from './page.ts';
import { renderProvenance } from './provenance.ts';
import { seriesMark } from './series-marks.ts';

/** The report of a tuning run: the frontier that it found. */
export async function renderFrontier(run: TuningRun): Promise<string> {
  const { points, source, images, pays, name, task, settings, environment, files } = run;
  const from = (i: number) => `frontier.json#/points/${i}`;
  const figure = await frontierFigures(points, 'frontier.json: points[]', {
    from,
    source,
    names: taskNamed(task ?? 'classification').names,
    pays,
    series: bestOf,
  });
  return renderPage({
    lead: `Tuning · ${name} · ${count(points.length, 'network')} measured${metBefore(run)}`,
    title: points.length === 0 ? `${name}: no point of the frontier yet` : titleOf(points, source, images),
    tiles: [],
    sections: [...figure, renderProvenance(settings, environment)],
    files,
  });
}

function metBefore({ images, calibrated }: TuningRun): string {
  if (images === null || !calibrated) return '';
  return ` · ${calibrated} of the ${count(images, 'image')} measured on were calibrated on, so networks look better than they are`;
}

/** How to draw points of accuracy against energy. */
export interface FrontierFigureOptions {
  /** JSON pointer of the i-th point. Default: none, as the points are gathered from several places. */
  readonly from?: (i: number) => string;
  /** Accuracy of the source network; null where it is not known. */
  readonly source: number | null;
  /** What accuracy and agreement are called. Default: as for classes. */
  readonly names?: Headlines['names'] | undefined;
  /** Where spiking stops paying; null where that is not said. */
  readonly pays?: PayingRange | null;
  /** Which points belong together. Default: those of a method. */
  readonly series?: (points: readonly FrontierPoint[], ratio: Ratio) => FrontierSeries[];
}

type Ratio = (point: FrontierPoint) => number;

/**
 * Accuracy against ECMT's ratio and, where it is known, against the full estimate; a series for each method.
 *
 * @param data where the points are, for the reader
 */
export async function frontierFigures(
  points: readonly FrontierPoint[],
  data: string,
  { from, source, names = classification.names, pays = null, series = byMethod }: FrontierFigureOptions,
): Promise<Html[]> {
  if (points.length === 0) return [];
  const known = points.some((point) => Number.isFinite(fullRatioOf(point)));
  const labelled = points.every(({ accuracy }) => accuracy !== null);
  const options = { quantity: axisOf({ names, source: labelled ? 1 : null }), source };
  const body = await frontierChart(
    series(points, ({ ecmtRatio }) => ecmtRatio),
    { ...options, label: 'Accuracy against ECMT’s energy ratio' },
  );
  const number = (i: number, field: string, value: number | null, text: string) =>
    from ? figureOf(`${from(i)}/${field}`, value, text) : text;
  const table = {
    head: ['method', 'T', names.quality, names.likeness, 'ECMT’s ratio', 'full estimate, ratio'],
    rows: points.map((point, i) => [
      point.method,
      point.T,
      number(i, 'accuracy', point.accuracy, percent(point.accuracy)),
      number(i, 'agreement', point.agreement, percent(point.agreement)),
      number(i, 'ecmtRatio', point.ecmtRatio, point.ecmtRatio.toFixed(3)),
      number(i, 'fullRatio', point.fullRatio ?? null, short(point.fullRatio)),
    ]),
  };
  const first = renderFigure('frontier', {
    title: 'Accuracy against energy by ECMT’s count',
    caption: 'Estimates. ECMT’s count bills every spike as one addition, whatever its level.',
    data: [data],
    body,
    table,
  });
  if (!known) return [first];
  const full = points.filter((point) => Number.isFinite(fullRatioOf(point)));
  const paying = full.filter((point) => fullRatioOf(point) < 1).length;
  const second = renderFigure('full-frontier', {
    title: `By the full estimate ${paying} of ${count(full.length, 'point')} need${paying === 1 ? 's' : ''} less energy than the source network`,
    caption: html`Estimates that charge neurons, memory, the first layer, normalisation and graded spikes, too.${pays ? payingSentence(pays) : ''}`,
    data: [data],
    body: await frontierChart(series(full, fullRatioOf), {
      ...options,
      label: 'Accuracy against the full estimate of the energy',
    }),
  });
  return [first, second];
}

/** Beyond all others where it is not known. */
function fullRatioOf({ fullRatio }: FrontierPoint): number {
  return fullRatio ?? Number.POSITIVE_INFINITY;
}

function payingSentence({ device, last, stops }: PayingRange): Html {
  const ratio = (end: 'last' | 'stops', point: { ecmtRatio: number }) =>
    figureOf(`frontier.json#/pays/${end}/ecmtRatio`, point.ecmtRatio, point.ecmtRatio.toFixed(3));
  if (!last) return html` On ${device}, spiking pays at no point of the frontier.`;
  if (!stops) return html` On ${device}, spiking pays up to the last point of the frontier.`;
  return html` On ${device}, spiking pays up to an ECMT ratio of ${ratio('last', last)}, and no longer from ${ratio('stops', stops)} on.`;
}

/** Fewer images cannot tell a loss of one percentage point from chance. */
const enoughImages = 500;

/**
 * The cheapest point that is as good as the source network but for one percentage point; else the best. On few images, only
 * what was measured.
 */
function titleOf(points: readonly FrontierPoint[], source: number | null, images: number | null): string {
  if (images !== null && images < enoughImages) {
    const ratios = points.map(({ ecmtRatio }) => ecmtRatio);
    const range = [Math.min(...ratios), Math.max(...ratios)].map((ratio) => percent(ratio, 0)).join(' to ');
    return `${count(points.length, 'network')} at ${range} of the energy by ECMT’s count, measured on ${count(images, 'image')}: too few to tell points apart, so evaluate what you choose`;
  }
  const good = source === null ? [] : points.filter((point) => qualityOf(point) >= source - 0.0101);
  if (good.length === 0) {
    const best = points.reduce((a, b) => (qualityOf(b) > qualityOf(a) ? b : a));
    return `The best, ${best.method} at T = ${best.T}, reaches ${percent(qualityOf(best))} for ${percent(best.ecmtRatio, 0)} of the energy by ECMT’s count`;
  }
  const cheapest = good.reduce((a, b) => (b.ecmtRatio < a.ecmtRatio ? b : a));
  return `Cheapest within 1 point of the source network: ${cheapest.method} at T = ${cheapest.T}, ${percent(cheapest.ecmtRatio, 0)} of the energy by ECMT’s count`;
}

function qualityOf({ accuracy, agreement }: FrontierPoint): number {
  return accuracy ?? agreement;
}

function byMethod(points: readonly FrontierPoint[], ratio: Ratio): FrontierSeries[] {
  const methods = [...new Set(points.map(({ method }) => method))];
  return methods.map((name, i) => ({
    name,
    mark: seriesMark(i),
    line: true,
    points: points.filter(({ method }) => method === name).map((point) => markOf(point, ratio)),
  }));
}

/** Of every method the points that no other one of it beats, joined by a line, and the others without one. */
function bestOf(points: readonly FrontierPoint[], ratio: Ratio): FrontierSeries[] {
  const rising = points.toSorted((a, b) => ratio(a) - ratio(b));
  const beats = (a: FrontierPoint, b: FrontierPoint) =>
    a !== b && a.method === b.method && ratio(a) <= ratio(b) && qualityOf(a) > qualityOf(b);
  const beaten = rising.filter((point) => rising.some((other) => beats(other, point)));
  const best = byMethod(
    rising.filter((point) => !beaten.includes(point)),
    ratio,
  );
  const others = beaten.map((point) => ({ ...markOf(point, ratio), label: '' }));
  return [
    ...best,
    { name: 'beaten by another one', mark: seriesMark(best.length), line: false, points: others },
  ];
}

function markOf(point: FrontierPoint, ratio: Ratio) {
  return { ratio: ratio(point), accuracy: qualityOf(point), label: `T=${point.T}` };
}
