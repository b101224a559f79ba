import type { Cell, Column } from './table.ts';

/** Digits that matter of the largest number of a column that does not say how many stand behind the point. */
const significant = 4;

/**
 * Texts of the numbers of a column, all with the same digits behind the point.
 *
 * @returns for each cell its numbers: one, two for an interval, none where nothing is known
 */
export function numberTexts(column: Column, cells: readonly Cell[]): string[][] {
  const { scale = 1, digits } = column;
  const numbers = cells.map((cell) => numbersOf(cell).map((value) => scale * value));
  const largest = numbers.flat().reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const write = digits === undefined ? writer(largest) : (value: number) => value.toFixed(digits);
  return numbers.map((each) => each.map((value) => withoutMinusZero(write(value))));
}

function numbersOf(cell: Cell): readonly number[] {
  if (typeof cell === 'number') return [cell];
  return Array.isArray(cell) ? cell : [];
}

function writer(largest: number): (value: number) => string {
  if (largest >= 1e6 || (largest > 0 && largest < 1e-3)) return (value) => value.toExponential(2);
  const before = largest === 0 ? 0 : Math.floor(Math.log10(largest)) + 1;
  const digits = Math.min(significant - 1, Math.max(0, significant - before));
  return (value) => value.toFixed(digits);
}

function withoutMinusZero(text: string): string {
  return /^-0(\.0*)?$/.test(text) ? text.slice(1) : text;
}
