import { shownCells } from './shown-cells.ts';
import type { Column, Table } from './table.ts';

/** Where a table is printed. */
interface Room {
  /** Characters of a line. Default: as many as it takes. */
  readonly width?: number | undefined;
}

/** Characters between two columns, and between a number and its interval. */
const [gap, intervalGap] = [2, 1];

/** A column of text is made no narrower. */
const fewestLetters = 12;

/**
 * A table for a terminal, without lines between the columns. Where there is no room, spare columns are left out, then long texts lose
 * their middle; numbers never do.
 */
export function toText(table: Table, { width = Number.POSITIVE_INFINITY }: Room = {}): string {
  const shown = fitting(table, width);
  const grouped = shown.grouped === true;
  const from = grouped ? 1 : 0;
  const cells = shownCells(shown);
  const columns = shown.columns.slice(from);
  const widths = narrowed(
    columns,
    columns.map((column, c) =>
      Math.max(column.head.length, ...cells.map((row) => row[c + from]?.length ?? 0)),
    ),
    width - (grouped ? gap : 0),
  );
  const indent = grouped ? ' '.repeat(gap) : '';
  const line = (texts: readonly string[]) =>
    `${indent}${texts.map((text, c) => placed(columns, widths, c, text)).join('')}`.trimEnd();
  const lines = [line(columns.map(({ head }) => head)), indent + '─'.repeat(total(columns, widths))];
  for (const [r, row] of cells.entries()) {
    if (grouped && row[0] !== cells[r - 1]?.[0]) lines.push(row[0] ?? '');
    lines.push(line(row.slice(from)));
  }
  return lines.join('\n');
}

/** The table without spare columns where it is too wide. */
function fitting(table: Table, width: number): Table {
  const spare = table.columns.findLastIndex((column) => column.spare);
  if (spare < 0) return table;
  const cells = shownCells(table);
  const from = table.grouped ? 1 : 0;
  const columns = table.columns.slice(from);
  const widths = columns.map(({ head, kind }, c) =>
    kind === 'text'
      ? Math.min(fewestLetters, Math.max(head.length, ...cells.map((row) => row[c + from]?.length ?? 0)))
      : Math.max(head.length, ...cells.map((row) => row[c + from]?.length ?? 0)),
  );
  if (total(columns, widths) + from * gap <= width) return table;
  const without = <E>(all: readonly E[]) => all.filter((_, c) => c !== spare);
  return fitting({ ...table, columns: without(table.columns), rows: table.rows.map(without) }, width);
}

/** Takes from the widest texts what is too much. */
function narrowed(columns: readonly Column[], widths: readonly number[], width: number): number[] {
  const all = [...widths];
  while (total(columns, all) > width) {
    const widest = columns
      .map(({ kind }, c) => (kind === 'text' ? c : -1))
      .filter((c) => c >= 0 && (all[c] ?? 0) > fewestLetters)
      .reduce((a, b) => ((all[b] ?? 0) > (all[a] ?? -1) ? b : a), -1);
    if (widest < 0) break;
    all[widest] = (all[widest] ?? 0) - 1;
  }
  return all;
}

function total(columns: readonly Column[], widths: readonly number[]): number {
  return widths.reduce((sum, width, c) => sum + width + gapBefore(columns, c), 0);
}

function gapBefore(columns: readonly Column[], c: number): number {
  if (c === 0) return 0;
  return columns[c]?.kind === 'interval' ? intervalGap : gap;
}

function placed(columns: readonly Column[], widths: readonly number[], c: number, text: string): string {
  const width = widths[c] ?? 0;
  const cut = text.length > width ? withoutMiddle(text, width) : text;
  const filled = columns[c]?.kind === 'text' ? cut.padEnd(width) : cut.padStart(width);
  return ' '.repeat(gapBefore(columns, c)) + filled;
}

function withoutMiddle(text: string, width: number): string {
  const front = Math.floor(width / 3);
  return `${text.slice(0, front)}…${text.slice(front + 1 - width)}`;
}
