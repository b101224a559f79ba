import type { PlotOptions } from '@observablehq/plot';
import { type ChartSize, drawChart } from './draw-chart.ts';
import { shortNames } from './format.ts';
import type { Html } from './html.ts';

/** Pixels of one row of a figure with a row for each site. */
const rowHeight = 14;

/** From so many rows on, the horizontal axis stands above them, too. */
const manyRows = 25;

/** Rows that fit on a printed page below a heading and its caption. */
const mostRows = 48;

/** Rows of one drawing: which sites they are, margins wide enough for the labels, and the height. */
export interface SiteRows {
  /** Position of the first site among all. */
  readonly from: number;
  /** Position behind the last one. */
  readonly to: number;
  /** Whether the horizontal axis is wanted at the top, too. */
  readonly twoAxes: boolean;
  /** The label of a site. */
  readonly label: (site: string) => string;
  readonly frame: Pick<PlotOptions, 'marginTop' | 'marginBottom' | 'marginLeft' | 'height' | 'style'>;
  readonly y: NonNullable<PlotOptions['y']>;
}

/**
 * Draws a figure with one row for each site, many sites in several drawings one below the other, so that each fits on a
 * printed page.
 *
 * @param sites names of all sites
 * @param options the drawing of some of them
 */
export async function drawSiteRows(
  label: string,
  sites: readonly string[],
  options: (plot: typeof import('@observablehq/plot'), rows: SiteRows, size: ChartSize) => PlotOptions,
): Promise<Html[]> {
  const parts = Math.max(1, Math.ceil(sites.length / mostRows));
  const startOf = (part: number) => Math.round((part * sites.length) / parts);
  return Promise.all(
    Array.from({ length: parts }, (_, part) => {
      const [from, to] = [startOf(part), startOf(part + 1)];
      const which = parts === 1 ? '' : `, rows ${from + 1} to ${to} of ${sites.length}`;
      return drawChart(`${label}${which}`, (Plot, size) =>
        options(Plot, siteRows(sites, from, to, size.narrow), size),
      );
    }),
  );
}

/** All drawings of a figure have the same margins, so that their axes stand below each other. */
function siteRows(sites: readonly string[], from: number, to: number, narrow: boolean): SiteRows {
  const label = shortNames(sites, narrow ? 24 : 34);
  const longest = Math.max(0, ...sites.map((site) => label(site).length));
  const twoAxes = to - from >= manyRows;
  const [marginTop, marginBottom] = [twoAxes ? 24 : 6, 40];
  return {
    from,
    to,
    twoAxes,
    label,
    frame: {
      marginTop,
      marginBottom,
      marginLeft: 12 + Math.ceil(longest * (narrow ? 5.6 : 6.1)),
      height: marginTop + marginBottom + rowHeight * (to - from),
      style: { fontSize: narrow ? '10px' : '11px' },
    },
    y: { domain: sites.slice(from, to), tickFormat: label, label: null, tickSize: 0, padding: 0.12 },
  };
}
