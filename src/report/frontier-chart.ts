import { drawChart } from './draw-chart.ts';
import { key } from './figure.ts';
import { short } from './format.ts';
import { type Html, html } from './html.ts';
import { keyMark, type SeriesMark } from './series-marks.ts';

/** One point of accuracy against energy. */
export interface FrontierMark {
  /** Energy relative to the source network. */
  readonly ratio: number;
  /** Share in [0, 1]. */
  readonly accuracy: number;
  /** What stands at the point, for example `T=2`. */
  readonly label: string;
}

/** Points that belong together. */
export interface FrontierSeries {
  readonly name: string;
  readonly mark: SeriesMark;
  readonly points: readonly FrontierMark[];
  /** Whether a line joins the points. */
  readonly line: boolean;
}

/** A chart of accuracy against energy. */
export interface FrontierOptions {
  readonly label: string;
  /** What is on the vertical axis, for example `top-1, % of images`. */
  readonly quantity: string;
  /** Accuracy of the source network in [0, 1]; null where nothing says it. */
  readonly source: number | null;
}

/** Largest number of points that are labelled. */
const mostLabels = 20;

/** Accuracy against energy relative to the source network, with a logarithmic axis where ratios are far apart. */
export async function frontierChart(
  series: readonly FrontierSeries[],
  { label, quantity, source }: FrontierOptions,
): Promise<Html> {
  const shown = series.filter(({ points }) => points.length > 0);
  const all = shown.flatMap(({ points }) => points);
  const ratios = all.map(({ ratio }) => ratio).filter((ratio) => ratio > 0);
  const [least, most] = [Math.min(...ratios, 1), Math.max(...ratios, 1)];
  const logarithmic = most / least > 30;
  const percents = [...all.map(({ accuracy }) => 100 * accuracy), ...(source === null ? [] : [100 * source])];
  const domain = roomAround(percents);
  const labels = all.length <= mostLabels;
  const chart = await drawChart(label, (Plot, { narrow }) => ({
    height: narrow ? 300 : 360,
    marginLeft: 40,
    marginRight: 24,
    marginBottom: 44,
    marginTop: 28,
    style: { fontSize: '12px' },
    x: {
      label: 'energy relative to the source network (estimate)',
      labelAnchor: 'center',
      labelArrow: 'none',
      grid: true,
      ...(logarithmic
        ? { type: 'log', domain: [least / 1.3, most * 1.3], ticks: logTicks(least, most), tickFormat: short }
        : { domain: [0, 1.06 * most], ticks: narrow ? 5 : 8 }),
    },
    y: { label: quantity, labelArrow: 'none', domain, grid: true, ticks: 6 },
    marks: [
      Plot.ruleX([1], { stroke: 'currentColor', strokeDasharray: '1 3', strokeWidth: 2 }),
      Plot.text(['as the source'], { x: [1], frameAnchor: 'top', dy: -12, fill: 'var(--soft)' }),
      ...(source === null
        ? []
        : [Plot.ruleY([100 * source], { stroke: 'currentColor', strokeDasharray: '1 3', strokeWidth: 2 })]),
      ...shown.flatMap(({ name, points, mark, line }) => {
        const place = { x: 'ratio', y: (d: FrontierMark) => 100 * d.accuracy };
        const title = (d: FrontierMark) =>
          `${name}, ${d.label}: ${(100 * d.accuracy).toFixed(1)} % at ${short(d.ratio)}`;
        return [
          ...(line
            ? [
                Plot.line(points, {
                  ...place,
                  stroke: mark.color,
                  strokeDasharray: mark.dash,
                  strokeWidth: 1.5,
                }),
              ]
            : []),
          Plot.dot(points, {
            ...place,
            symbol: mark.symbol,
            fill: mark.color,
            stroke: 'var(--surface)',
            r: 5.5,
            title,
          }),
          ...(labels
            ? [
                Plot.text(points, {
                  ...place,
                  text: 'label',
                  dy: -12,
                  fill: mark.color,
                  stroke: 'var(--surface)',
                  strokeWidth: 4,
                }),
              ]
            : []),
        ];
      }),
    ],
  }));
  return html`${key(shown.map(({ name, mark, line }) => ({ mark: keyMark(mark, line), text: name })))}${chart}`;
}

function roomAround(percents: readonly number[]): [number, number] {
  const [low, high] = [Math.min(...percents), Math.max(...percents)];
  const room = Math.max(2, 0.12 * (high - low));
  return [Math.max(0, low - room), Math.min(103, high + room)];
}

/** 1, 2 and 5 of every decade. */
function logTicks(least: number, most: number): number[] {
  const decades = Array.from({ length: 12 }, (_, i) => 10 ** (i - 6));
  return decades
    .flatMap((decade) => [decade, 2 * decade, 5 * decade])
    .filter((tick) => tick >= least / 1.3 && tick <= most * 1.3);
}
