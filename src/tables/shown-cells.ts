import { numberTexts } from './number-texts.ts';
import type { Cell, Table } from './table.ts';

/** What stands for nothing known. */
const unknown = '–';

/**
 * The cells of a table as people read them, by row.
 *
 * @param between what stands between the bounds of an interval
 */
export function shownCells({ columns, rows }: Table, between = '–'): string[][] {
  const byColumn = columns.map((column, c) => {
    const cells = rows.map((row): Cell => row[c] ?? null);
    if (column.kind === 'text') return cells.map(textOf);
    const numbers = numberTexts(column, cells);
    return cells.map((cell, r) =>
      typeof cell === 'string' || cell === null ? textOf(cell) : (numbers[r] ?? []).join(between),
    );
  });
  return rows.map((_, r) => byColumn.map((cells) => cells[r] ?? ''));
}

function textOf(cell: Cell): string {
  return cell === null ? unknown : String(cell);
}
