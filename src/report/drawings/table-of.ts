import { type Cell, type Column, numberColumn, type Table, textColumn } from '../../tables/table.ts';
import type { PageElement } from '../page-element.ts';

/** The numbers of a figure: as the run has them where they name their place, else as they are shown. */
export function tableOf(table: PageElement, caption: string): Table {
  const heads = [...table.querySelectorAll('thead th')].map(textOf);
  const rows = [...table.querySelectorAll('tbody tr')].map((row) =>
    [...row.querySelectorAll('th, td')].map(cellOf),
  );
  return { caption, columns: columnsOf(heads, rows), rows };
}

function textOf({ textContent }: PageElement): string {
  return (textContent ?? '').replaceAll('\u00a0', ' ').trim();
}

function cellOf(cell: PageElement): Cell {
  const value = cell.querySelector('data')?.getAttribute('value');
  if (value !== null && value !== undefined) return Number(value);
  const text = textOf(cell);
  if (text === '–') return null;
  return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text;
}

/** Columns of the same head are told apart by a number. */
function columnsOf(heads: readonly string[], rows: readonly (readonly Cell[])[]): Column[] {
  const seen = new Map<string, number>();
  return heads.map((head, c) => {
    const name = head === '' ? 'name' : head;
    const count = (seen.get(name) ?? 0) + 1;
    seen.set(name, count);
    const key = count === 1 ? name : `${name} (${count})`;
    return rows.some((row) => typeof row[c] === 'number') ? numberColumn(key) : textColumn(key);
  });
}
