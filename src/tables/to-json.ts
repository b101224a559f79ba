import type { Table } from './table.ts';

/** A JSON list with an object for each row; intervals are lists of two numbers, what is not known is null. */
export function toJson({ columns, rows }: Table): string {
  const objects = rows.map((row) => Object.fromEntries(columns.map(({ key }, c) => [key, row[c] ?? null])));
  return JSON.stringify(objects, null, 2);
}
