import type { PageElement } from '../page-element.ts';
import { colourOf, type PageContent, type Style, setColours } from './graphics-state.ts';
import { type FontRun, fontRuns } from './helvetica.ts';
import { decimal } from './path-operators.ts';

/** Bold letters are about so much wider. */
const boldness = 1.06;

/** Draws a text element: one line, or one for each `tspan`, with the halo of its stroke behind it. */
export function drawText(element: PageElement, style: Style, page: PageContent): void {
  const size = Number.parseFloat(style['font-size'] ?? '10');
  const spans = [...element.children].filter(({ tagName }) => tagName.toLowerCase() === 'tspan');
  const place = (of: PageElement, name: string) => lengthOf(of.getAttribute(name), size);
  let [x, y] = [place(element, 'x') + place(element, 'dx'), place(element, 'y') + place(element, 'dy')];
  if (spans.length === 0) {
    drawLine(element.textContent ?? '', [x, y], size, style, page);
    return;
  }
  for (const span of spans) {
    x = span.getAttribute('x') === null ? x : place(span, 'x');
    y += place(span, 'dy') + (span.getAttribute('y') === null ? 0 : place(span, 'y') - y);
    drawLine(span.textContent ?? '', [x, y], size, style, page);
  }
}

/** Pixels; `em` is the size of the font. */
function lengthOf(text: string | null, size: number): number {
  if (text === null) return 0;
  return Number.parseFloat(text) * (text.endsWith('em') ? size : 1);
}

function drawLine(
  text: string,
  [x, y]: readonly [number, number],
  size: number,
  style: Style,
  page: PageContent,
): void {
  const bold = Number(style['font-weight'] ?? 400) >= 600;
  const runs = fontRuns(text);
  const width = runs.reduce((sum, run) => sum + run.width, 0) * (size / 1000) * (bold ? boldness : 1);
  const shift = { start: 0, middle: width / 2, end: width }[style['text-anchor'] ?? 'start'] ?? 0;
  setColours(style, page);
  const halo = colourOf(style.stroke ?? 'none', style);
  // Letters stand upright, though the page is turned over.
  const line = [
    `1 0 0 -1 ${decimal(x - shift)} ${decimal(y)} Tm`,
    ...runs.map((run) => shown(run, size, bold)),
  ];
  if (halo) page.operators.push('BT 1 Tr', ...line, 'ET');
  page.operators.push('BT 0 Tr', ...line, 'ET');
}

function shown({ font, codes }: FontRun, size: number, bold: boolean): string {
  const name = font === 'symbol' ? 'F3' : bold ? 'F2' : 'F1';
  const hex = codes.map((code) => code.toString(16).padStart(2, '0')).join('');
  return `/${name} ${decimal(size)} Tf <${hex}> Tj`;
}
