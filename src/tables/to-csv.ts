import type { Cell, Column, Table } from './table.ts';

/** Comma-separated values (RFC 4180) with one line of names and the values in full; an interval takes two columns, what is not known is empty. */
export function toCsv({ columns, rows }: Table): string {
  const head = columns.flatMap(({ key, kind }) =>
    kind === 'interval' ? [`${key}_low`, `${key}_high`] : [key],
  );
  const lines = rows.map((row) => columns.flatMap((column, c) => fields(column, row[c] ?? null)));
  return [head, ...lines].map((line) => line.map(quoted).join(',')).join('\n');
}

function fields({ kind }: Column, cell: Cell): string[] {
  if (kind === 'interval') return Array.isArray(cell) ? cell.map(String) : ['', ''];
  return [cell === null ? '' : String(cell)];
}

function quoted(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
