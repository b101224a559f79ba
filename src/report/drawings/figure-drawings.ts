import type { Table } from '../../tables/table.ts';
import type { PageElement } from '../page-element.ts';
import { legendOf, panelsOf } from './drawing-parts.ts';
import { standaloneSvg } from './standalone-svg.ts';
import { tableOf } from './table-of.ts';

/** A figure of a report by itself. */
export interface FigureDrawing {
  /** Its name in the report's addresses. */
  readonly name: string;
  /** What it finds. */
  readonly title: string;
  /** A file of its own, in the colours of print; absent where a figure is a table alone. */
  readonly svg?: string;
  /** Its numbers. */
  readonly table?: Table;
}

/** The figures of a report. @param page the report as HTML */
export async function figureDrawings(page: string): Promise<FigureDrawing[]> {
  const { parseHTML } = await import('linkedom/worker');
  const { document } = parseHTML(page);
  const body = document as unknown as PageElement;
  return [...body.querySelectorAll('main > section')].flatMap((section): FigureDrawing[] => {
    const title = section.querySelector('h2')?.textContent ?? '';
    const panels = panelsOf(section);
    const table = section.querySelector('table');
    if (section.id === 'provenance' || (panels.length === 0 && !table)) return [];
    return [
      {
        name: section.id,
        title,
        ...(panels.length > 0 && { svg: standaloneSvg(title, legendOf(section), panels) }),
        ...(table && { table: tableOf(table, title) }),
      },
    ];
  });
}
