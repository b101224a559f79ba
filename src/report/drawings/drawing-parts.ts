import type { PageElement } from '../page-element.ts';
/** What a drawing is read from. */
export type Section = Pick<PageElement, 'querySelector' | 'querySelectorAll'>;

/** A chart in a page. */
export interface Panel {
  /** What stands above it, line by line. */
  readonly heading: readonly string[];
  readonly charts: readonly PageElement[];
}

/** An entry of a figure's key. */
export interface LegendEntry {
  /** SVG of the mark, in a box of 16 × 12 around 0. */
  readonly mark: string;
  readonly text: string;
}

/** The charts of a figure as they are drawn for wide windows. */
export function panelsOf(section: Section): Panel[] {
  const grid = [...section.querySelectorAll('figure .grid > div')];
  if (grid.length > 0) {
    return grid.map((panel) => ({
      heading: [...panel.querySelectorAll('h3, p')].map(({ textContent }) => textContent ?? ''),
      charts: [...panel.querySelectorAll('svg[role="img"]')],
    }));
  }
  const charts = [...section.querySelectorAll('figure .wide > svg[role="img"]')];
  return charts.map((chart) => ({ heading: [], charts: [chart] }));
}

/** The key of a figure. */
export function legendOf(section: Section): LegendEntry[] {
  return [...section.querySelectorAll('figure .key li')].map((entry) => ({
    mark: entry.querySelector('svg')?.innerHTML ?? '',
    text: entry.textContent ?? '',
  }));
}
