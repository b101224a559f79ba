import { axisRange } from './axis-range.ts';
import { drawChart } from './draw-chart.ts';
import { key } from './figure.ts';
import { short } from './format.ts';
import { type Html, html } from './html.ts';
import { placeLabels } from './label-places.ts';
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

/** Ratios up to which the axis is linear. */
const mostLinear = 5;

/** With more steps than this, only those that are powers of two are labelled, and the last. */
const mostLabelledSteps = 12;

/** Label of a point after t of T steps; empty where labels would be too many. */
export function stepLabel(t: number, last: number): string {
  const written = last <= mostLabelledSteps || t === last || Number.isInteger(Math.log2(t));
  return written ? `T=${t}` : '';
}

/** A point with all that is drawn of it. */
interface Drawn extends FrontierMark {
  readonly series: FrontierSeries;
  /** Percent. */
  readonly y: number;
}

/** An axis of energies: what Plot needs, and where a ratio stands between its ends, in [0, 1]. */
interface EnergyAxis {
  readonly scale: {
    readonly type: 'linear' | 'log';
    readonly domain: [number, number];
    readonly ticks?: number[];
    readonly clamp?: boolean;
  };
  place(ratio: number): number;
}

/** Accuracy against energy relative to the source network, with a logarithmic axis where it takes many times as much. */
export async function frontierChart(
  series: readonly FrontierSeries[],
  { label, quantity, source }: FrontierOptions,
): Promise<Html> {
  const shown = series.filter(({ points }) => points.length > 0);
  const points = shown.flatMap((each) =>
    each.points.map((point): Drawn => ({ ...point, series: each, y: 100 * point.accuracy })),
  );
  const reference = source === null ? [] : [100 * source];
  const axis = energyAxis(points.map(({ ratio }) => ratio));
  const same = axis.scale.domain[1] >= 1 ? [1] : [];
  const domain = axisRange([...points.map(({ y }) => y), ...reference]);
  const chart = await drawChart(label, (Plot, { width, narrow }) => {
    const height = narrow ? 300 : 360;
    const margins = { marginTop: 28, marginRight: 24, marginBottom: 44, marginLeft: 40 };
    const places = placeLabels(
      points.map((point) => ({
        x: axis.place(point.ratio) * (width - 64),
        y: ((domain[1] - point.y) / (domain[1] - domain[0])) * (height - 72),
        text: point.label,
      })),
    );
    const labels = (dy: number) =>
      Plot.text(
        points.filter((_, i) => places[i] === dy),
        { x: 'ratio', y: 'y', dy, text: 'label', fill: colorOf, stroke: 'var(--surface)', strokeWidth: 4 },
      );
    const dotted = { stroke: 'currentColor', strokeDasharray: '1 3', strokeWidth: 2 };
    return {
      height,
      ...margins,
      style: { fontSize: '12px' },
      x: {
        label: 'energy relative to the source network (estimate)',
        labelAnchor: 'center',
        labelArrow: 'none',
        grid: true,
        ticks: narrow ? 5 : 8,
        tickFormat: short,
        ...axis.scale,
      },
      y: { label: quantity, labelArrow: 'none', domain, grid: true, ticks: 6 },
      marks: [
        Plot.ruleX(same, dotted),
        Plot.text(same, {
          text: () => 'the source network',
          x: (d: number) => d,
          frameAnchor: 'bottom',
          dy: -6,
          ...(axis.place(1) > 0.6 ? { textAnchor: 'end', dx: -6 } : { textAnchor: 'start', dx: 6 }),
          fill: 'var(--soft)',
        }),
        Plot.ruleY(reference, dotted),
        ...shown
          .filter(({ line }) => line)
          .map(({ mark, points: own }) =>
            Plot.line(own, {
              x: 'ratio',
              y: ({ accuracy }: FrontierMark) => 100 * accuracy,
              stroke: mark.color,
              strokeDasharray: mark.dash,
            }),
          ),
        // Series without a line are there for comparison: below the others, and smaller.
        ...shown
          .toSorted((a, b) => Number(a.line) - Number(b.line))
          .map((each) =>
            Plot.dot(
              points.filter((point) => point.series === each),
              {
                x: 'ratio',
                y: 'y',
                symbol: each.mark.symbol,
                fill: each.mark.color,
                stroke: 'var(--surface)',
                r: each.line ? 5.5 : 4,
                title,
              },
            ),
          ),
        ...[...new Set(places)].filter((dy) => dy !== undefined).map(labels),
      ],
    };
  });
  return html`${key(shown.map(({ name, mark, line }) => ({ mark: keyMark(mark, line), text: name })))}${chart}`;
}

function colorOf({ series }: Drawn): string {
  return series.mark.color;
}

function title({ series, label, y, ratio }: Drawn): string {
  return `${series.name}${label && `, ${label}`}: ${y.toFixed(1)} % at ${short(ratio)}`;
}

function energyAxis(ratios: readonly number[]): EnergyAxis {
  // The source network, at 1, is only shown where it is not far from everything else.
  const most = Math.max(...ratios, nearSource(ratios) ? 1 : 0);
  if (most <= mostLinear) {
    const end = 1.06 * most;
    return { scale: { type: 'linear', domain: [0, end] }, place: (ratio) => ratio / end };
  }
  const [low, high] = [Math.max(Math.min(...ratios, 1), most / 1000) / 1.3, most * 1.3];
  return {
    scale: { type: 'log', domain: [low, high], ticks: logTicks(low, high), clamp: true },
    place: (ratio) => Math.log(Math.max(ratio, low) / low) / Math.log(high / low),
  };
}

function nearSource(ratios: readonly number[]): boolean {
  return ratios.length === 0 || Math.max(...ratios) > 0.6;
}

/** Powers of ten, with 2 and 5 of them where there is room. */
function logTicks(low: number, high: number): number[] {
  const decades = Array.from({ length: 12 }, (_, i) => Number(`1e${i - 6}`));
  const factors = high / low > 100 ? [1] : [1, 2, 5];
  return decades
    .flatMap((decade) => factors.map((factor) => factor * decade))
    .filter((tick) => tick >= low && tick <= high);
}
