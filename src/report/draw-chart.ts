import type { PlotOptions } from '@observablehq/plot';
import { Html } from './html.ts';

/** Room that a chart has. */
export interface ChartSize {
  /** Pixels. */
  readonly width: number;
  /** Whether the chart is for a narrow window, such as that of a telephone. */
  readonly narrow: boolean;
}

/** What a chart is made from: Observable Plot and the room there is. */
export type ChartOptions = (plot: typeof import('@observablehq/plot'), size: ChartSize) => PlotOptions;

const sizes = [
  { width: 760, narrow: false },
  { width: 360, narrow: true },
] as const;

/**
 * Draws a chart as static SVG, once for wide and once for narrow windows; the page shows the one that fits.
 *
 * @param label says to those who cannot see it what the chart shows
 */
export async function drawChart(label: string, options: ChartOptions): Promise<Html> {
  const drawn: string[] = [];
  for (const size of sizes) {
    const svg = await drawSvg(label, (plot) => options(plot, size), size.width);
    drawn.push(`<div class="${size.narrow ? 'narrow' : 'wide'}">${svg}</div>`);
  }
  return new Html(drawn.join('\n'));
}

/** One chart of a given width, for figures that are small anyway. */
export async function drawSvg(
  label: string,
  options: (plot: typeof import('@observablehq/plot')) => PlotOptions,
  width: number,
): Promise<Html> {
  // Both take a third of a second to load, which commands without a report need not spend.
  const [plot, { parseHTML }] = await Promise.all([import('@observablehq/plot'), import('linkedom/worker')]);
  const { document } = parseHTML('<html><body></body></html>');
  const svg = plot.plot({
    ...options(plot),
    width,
    document: document as unknown as never,
    ariaLabel: label,
  });
  svg.setAttribute('role', 'img');
  // What Plot would repeat in every drawing stands once in the page's style.
  svg.querySelector('style')?.remove();
  return new Html(roundCoordinates(svg.outerHTML));
}

/** Hundredths of a pixel are enough. */
function roundCoordinates(svg: string): string {
  return svg.replace(
    / (d|transform|x|y|x1|x2|y1|y2|width|height)="([^"]*)"/g,
    (_, name: string, value: string) => {
      const rounded = value.replace(/-?\d+\.\d{3,}(e-?\d+)?/g, (number) =>
        String(Number(Number(number).toFixed(2))),
      );
      return ` ${name}="${rounded}"`;
    },
  );
}
