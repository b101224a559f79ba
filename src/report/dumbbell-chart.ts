import { key } from './figure.ts';
import { type Html, html } from './html.ts';
import { keyMark, type SeriesMark } from './series-marks.ts';
import { drawSiteRows } from './site-rows.ts';

/** Two numbers of one site or operator. */
export interface Dumbbell {
  readonly name: string;
  readonly first: number;
  /** Null where there is none. */
  readonly second: number | null;
}

/** What the numbers are. */
export interface DumbbellOptions {
  readonly label: string;
  /** Quantity and unit of the horizontal axis. */
  readonly quantity: string;
  readonly first: { readonly mark: SeriesMark; readonly text: string };
  readonly second: { readonly mark: SeriesMark; readonly text: string };
  /** Numbers beyond are drawn at the edge. Default: none are. */
  readonly most?: number;
}

/** A row for each name with two marks on a line. */
export async function dumbbellChart(
  rows: readonly Dumbbell[],
  { label, quantity, first, second, most = Number.POSITIVE_INFINITY }: DumbbellOptions,
): Promise<Html> {
  const largest = Math.max(1e-9, ...rows.flatMap((row) => [row.first, row.second ?? 0]));
  const names = rows.map(({ name }) => name);
  const charts = await drawSiteRows(label, names, (Plot, { from, to, frame, y, twoAxes }, { narrow }) => {
    const shown = rows.slice(from, to);
    const pairs = shown.filter((row) => row.second !== null);
    const ticks = narrow ? 4 : 8;
    const dot = (data: readonly Dumbbell[], which: 'first' | 'second') => {
      const { mark, text } = which === 'first' ? first : second;
      return Plot.dot(data, {
        y: 'name',
        x: which,
        symbol: mark.symbol,
        fill: mark.color,
        r: 3.5,
        title: (row: Dumbbell) => `${row.name}: ${text} ${Number((row[which] ?? 0).toPrecision(3))}`,
      });
    };
    return {
      ...frame,
      marginRight: 24,
      x: { domain: [0, 1.04 * Math.min(largest, most)], clamp: true },
      y,
      marks: [
        Plot.gridX({ ticks }),
        ...(twoAxes ? [Plot.axisX({ anchor: 'top', ticks, label: null })] : []),
        Plot.axisX({ anchor: 'bottom', ticks, label: quantity, labelAnchor: 'center', labelArrow: 'none' }),
        Plot.ruleY(pairs, { y: 'name', x1: 'first', x2: 'second', stroke: 'var(--soft)' }),
        dot(shown, 'first'),
        dot(pairs, 'second'),
      ],
    };
  });
  return html`${key([first, second].map(({ mark, text }) => ({ mark: keyMark(mark, false), text })))}${charts}`;
}
