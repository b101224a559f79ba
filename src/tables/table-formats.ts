import type { Table } from './table.ts';
import { toCsv } from './to-csv.ts';
import { toJson } from './to-json.ts';
import { toLatex } from './to-latex.ts';
import { toMarkdown } from './to-markdown.ts';

/** Forms in which a table goes into other programs and papers. */
export const tableFormats = {
  csv: toCsv,
  markdown: toMarkdown,
  latex: toLatex,
  json: toJson,
} as const satisfies Readonly<Record<string, (table: Table) => string>>;

/** Name of a form. */
export type TableFormat = keyof typeof tableFormats;
