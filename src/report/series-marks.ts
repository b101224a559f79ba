import type { Html } from './html.ts';
import { html } from './html.ts';

/** How a series is drawn: by colour, shape and dash, any one of which tells it apart. */
export interface SeriesMark {
  readonly color: string;
  /** Name of a symbol of Observable Plot. */
  readonly symbol: 'circle' | 'square' | 'triangle' | 'diamond' | 'star' | 'cross';
  readonly dash: string;
}

const marks: readonly SeriesMark[] = [
  { color: 'var(--c1)', symbol: 'circle', dash: 'none' },
  { color: 'var(--c2)', symbol: 'square', dash: '6 3' },
  { color: 'var(--c3)', symbol: 'triangle', dash: '2 3' },
  { color: 'var(--c4)', symbol: 'diamond', dash: '9 3 2 3' },
  { color: 'var(--c5)', symbol: 'star', dash: '12 4' },
  { color: 'var(--c6)', symbol: 'cross', dash: '4 2' },
];

/** The mark of the i-th series. */
export function seriesMark(i: number): SeriesMark {
  return marks[i % marks.length]!;
}

const shapes: Readonly<Record<SeriesMark['symbol'], string>> = {
  circle: 'M4,0A4,4,0,1,1,-4,0A4,4,0,1,1,4,0',
  square: 'M-3.5,-3.5h7v7h-7Z',
  triangle: 'M0,-5L4.3,2.5L-4.3,2.5Z',
  diamond: 'M0,-5.5L3.2,0L0,5.5L-3.2,0Z',
  star: 'M0,-5.3L1.2,-1.6L5.1,-1.6L1.9,.6L3.1,4.3L0,2L-3.1,4.3L-1.9,.6L-5.1,-1.6L-1.2,-1.6Z',
  cross: 'M-1.5,-4.5h3v3h3v3h-3v3h-3v-3h-3v-3h3Z',
};

/** A mark for the key of a figure. */
export function keyMark({ color, symbol, dash }: SeriesMark, line = true): Html {
  const stroke = html`<path d="M-8,0H8" stroke="${color}" stroke-width="1.5" stroke-dasharray="${dash}"/>`;
  return html`${line ? stroke : undefined}<path d="${shapes[symbol]}" fill="${color}"/>`;
}
