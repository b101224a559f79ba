import type { Table } from '../tables/table.ts';
import { type TableFormat, tableFormats } from '../tables/table-formats.ts';
import { toText } from '../tables/to-text.ts';

/** How results are printed. */
export interface PrintSettings {
  /** The table alone, for other programs and papers. */
  readonly format?: TableFormat;
}

/** A table in the wanted form; for a terminal, as wide as that is. */
export function tableText(table: Table, { format }: PrintSettings = {}): string {
  return format === undefined ? toText(table, { width: outputWidth() }) : tableFormats[format](table);
}

/** Prints a line of text, broken between words where the terminal ends. */
export function printLine(text: string): void {
  // A table among lines is as wide as it is.
  console.log(text.includes('\n') ? text : wrapped(text, outputWidth()));
}

/** Text in lines of at most that many characters, as far as its words allow. */
function wrapped(text: string, width = Number.POSITIVE_INFINITY): string {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = `  ${word}`;
    } else line = lines.length === 0 && line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line].join('\n');
}

/** Characters of a line; as many as it takes where output goes to a file or another program. */
function outputWidth(): number | undefined {
  return process.stdout.isTTY ? Math.max(40, process.stdout.columns) : undefined;
}
