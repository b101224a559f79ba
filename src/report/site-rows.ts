import { shortNames } from './format.ts';

/** Pixels of one row of a figure with a row for each site. */
const rowHeight = 14;

/** From so many rows on, the horizontal axis stands above them, too. */
const manyRows = 25;

/** Room for a figure with one row for each site: margins wide enough for the labels, and its height. */
export function siteRows(sites: readonly string[], narrow: boolean) {
  const label = shortNames(sites, narrow ? 24 : 34);
  const longest = Math.max(0, ...sites.map((site) => label(site).length));
  const twoAxes = sites.length >= manyRows;
  const [marginTop, marginBottom] = [twoAxes ? 24 : 6, 40];
  return {
    /** The label of a site. */
    label,
    /** Whether the horizontal axis is wanted at the top, too. */
    twoAxes,
    frame: {
      marginTop,
      marginBottom,
      marginLeft: 12 + Math.ceil(longest * (narrow ? 5.6 : 6.1)),
      height: marginTop + marginBottom + rowHeight * sites.length,
      style: { fontSize: narrow ? '10px' : '11px' },
    },
    y: { domain: [...sites], tickFormat: label, label: null, tickSize: 0, padding: 0.12 },
  };
}
