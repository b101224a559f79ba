import { numberTexts } from '../tables/number-texts.ts';
import { numberColumn } from '../tables/table.ts';
import { FigureNumber } from './figure-number.ts';
import type { Html } from './html.ts';

type Cell = Html | string | number;

const plainNumber = /^-?\d+(\.\d+)?(e[+-]?\d+)?$/;

/** Rows whose numbers have equal digits in each column; what has a unit, or is no number of a run, stays as it is. */
export function withEqualDigits(rows: readonly (readonly Cell[])[]): Cell[][] {
  const columns = Array.from({ length: Math.max(0, ...rows.map(({ length }) => length)) }, (_, c) =>
    columnWithEqualDigits(rows.map((row) => row[c] ?? '')),
  );
  return rows.map((row, r) => row.map((cell, c) => columns[c]?.[r] ?? cell));
}

function columnWithEqualDigits(cells: readonly Cell[]): Cell[] {
  const texts = cells.map(shownOf).filter((text) => plainNumber.test(text));
  const digits = new Set(texts.map((text) => text.split('.')[1]?.length ?? 0));
  const alike = digits.size <= 1 && !texts.some((text) => text.includes('e'));
  if (alike || !cells.some((cell) => cell instanceof FigureNumber)) return [...cells];
  const written = numberTexts(numberColumn(''), cells.map(numberOf));
  return cells.map((cell, r) => {
    const [text] = written[r] ?? [];
    if (text === undefined) return cell;
    return cell instanceof FigureNumber ? cell.as(text) : text;
  });
}

/** Text of a cell that is a number and nothing else. */
function shownOf(cell: Cell): string {
  if (cell instanceof FigureNumber) return cell.shown;
  return typeof cell === 'object' ? '' : String(cell);
}

/** The number of a cell; null for what is none. What stands there in other units than the run's is read from the text. */
function numberOf(cell: Cell): number | null {
  const text = shownOf(cell);
  if (!plainNumber.test(text)) return null;
  const read = Number(text);
  if (!(cell instanceof FigureNumber)) return read;
  const same = Math.abs(cell.value - read) <= 0.01 * Math.abs(cell.value) + 1e-9;
  return same ? cell.value : read;
}
