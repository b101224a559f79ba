import type { PageElement } from '../page-element.ts';
import type { LegendEntry, Panel } from './drawing-parts.ts';

/** Colours of a report in print, by the name that drawings give them. */
const colours: Readonly<Record<string, string>> = {
  surface: '#ffffff',
  ink: '#1b1f23',
  soft: '#57606a',
  line: '#d0d7de',
  panel: '#f6f8fa',
  c1: '#0072b2',
  c2: '#d55e00',
  c3: '#00795a',
  c4: '#b3568c',
  c5: '#8a6100',
  c6: '#2f86c1',
  heat: '0, 92, 148',
  'on-heat': '#ffffff',
};

const font = 'Helvetica, Arial, sans-serif';

/** Pixels of a line of the key, and of a heading. */
const [legendLine, headingLine] = [20, 15];

/** Pixels between panels. */
const gap = 16;

/** Panels of a figure stand side by side up to this width. */
const mostWidth = 760;

/** A figure as an SVG file of its own. @param title says to those who cannot see it what it shows */
export function standaloneSvg(
  title: string,
  legend: readonly LegendEntry[],
  panels: readonly Panel[],
): string {
  const widest = Math.max(...panels.map(widthOf));
  const columns = Math.max(1, Math.floor((mostWidth + gap) / (widest + gap)));
  const width = columns === 1 ? widest : columns * (widest + gap) - gap;
  const key = legendLines(legend, width);
  const body: string[] = [...key.lines];
  let y = key.height;
  for (let from = 0; from < panels.length; from += columns) {
    const row = panels.slice(from, from + columns);
    body.push(...row.map((panel, c) => panelAt(panel, c * (widest + gap), y)));
    y += Math.max(...row.map(heightOf)) + (columns > 1 ? gap : 0);
  }
  const height = Math.ceil(y);
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" font-family="${font}" fill="${colours.ink}" color="${colours.ink}">
<title>${escaped(title)}</title>
${withColours(body.join('\n'))}
</svg>
`;
}

function numberOf(chart: PageElement, name: string): number {
  return Number(chart.getAttribute(name) ?? 0);
}

function widthOf({ charts }: Panel): number {
  return Math.max(...charts.map((chart) => numberOf(chart, 'width')));
}

function heightOf({ heading, charts }: Panel): number {
  return heading.length * headingLine + charts.reduce((sum, chart) => sum + numberOf(chart, 'height'), 0);
}

function panelAt({ heading, charts }: Panel, x: number, top: number): string {
  let y = top;
  const parts = heading.map((text, i) => {
    y += headingLine;
    const weight = i === 0 ? ' font-weight="600"' : ` fill="${colours.soft}"`;
    return `<text x="${x}" y="${y - 4}" font-size="11"${weight}>${escaped(text)}</text>`;
  });
  for (const chart of charts) {
    const size = /font-size:\s*([\d.]+)px/.exec(chart.getAttribute('style') ?? '')?.[1] ?? '10';
    parts.push(
      `<g transform="translate(${x},${y})" font-size="${size}" text-anchor="middle">${chart.innerHTML}</g>`,
    );
    y += numberOf(chart, 'height');
  }
  return parts.join('\n');
}

/** The key in as many lines as it takes. */
function legendLines(legend: readonly LegendEntry[], width: number): { lines: string[]; height: number } {
  let [x, y] = [0, legendLine / 2];
  const lines = legend.map(({ mark, text }) => {
    // Letters of this size are about 6.4 pixels wide.
    const length = 22 + 6.4 * text.length + 20;
    if (x > 0 && x + length > width) {
      x = 0;
      y += legendLine;
    }
    const line = `<g transform="translate(${x + 9},${y})">${mark}</g><text x="${x + 22}" y="${y + 4}" font-size="12">${escaped(text)}</text>`;
    x += Math.ceil(length);
    return line;
  });
  return { lines, height: legend.length === 0 ? 0 : y + legendLine / 2 + 6 };
}

function withColours(svg: string): string {
  return svg.replace(/var\(--([\w-]+)\)/g, (whole, name: string) => colours[name] ?? whole);
}

function escaped(text: string): string {
  return text.replace(/[&<>]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
