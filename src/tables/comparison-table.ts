import type { ComparisonEntry } from '../results/comparison-result.ts';
import { measuredColumns, sourceCells, stepCostColumns, stepRows } from './evaluation-table.ts';
import { numberColumn, type Table, textColumn } from './table.ts';

/** Every method at every step in one table, the source network first. */
export function comparisonTable(entries: readonly ComparisonEntry[]): Table {
  const first = entries[0]?.result;
  const source = first ? [['source', null, ...sourceCells(first), null, 1, 1, null]] : [];
  return {
    caption: `${entries.length} networks on ${first?.images ?? 0} images`,
    grouped: true,
    columns: [
      textColumn('method'),
      numberColumn('t', 'T', 0),
      ...measuredColumns(first?.task),
      ...stepCostColumns(),
    ],
    rows: [
      ...source,
      ...entries.flatMap(({ name, result }) => stepRows(result).map((row) => [name, ...row])),
    ],
  };
}
