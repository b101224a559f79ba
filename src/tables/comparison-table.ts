import type { ComparisonEntry } from '../results/comparison-result.ts';
import { measuredColumns, sourceCells, stepCostColumns, stepRows } from './evaluation-table.ts';
import { numberColumn, type Table, textColumn } from './table.ts';
import { sourceName, tunedRows } from './tuned-rows.ts';

/** Every method at every step in one table, the source network first; before a fine-tuned one what it was tuned from. */
export function comparisonTable(entries: readonly ComparisonEntry[]): Table {
  const first = entries[0]?.result;
  // Weights that were tuned are not those of the source network.
  const dense = entries.find(({ result }) => !result.fineTuning)?.result ?? first;
  const source = dense ? [[sourceName(dense), null, ...sourceCells(dense), null, 1, 1, null]] : [];
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
      ...entries.flatMap(({ name, result }) => [
        ...tunedRows(result).map(([row, ...cells]) => [
          `${name}: ${row}`,
          null,
          ...cells,
          null,
          null,
          null,
          null,
        ]),
        ...stepRows(result).map((row) => [name, ...row]),
      ]),
    ],
  };
}
