import { shownCells } from './shown-cells.ts';
import type { Column, Table } from './table.ts';

/** A table of GitHub Flavored Markdown. */
export function toMarkdown(table: Table): string {
  const { columns } = table;
  const line = (texts: readonly string[]) => `| ${texts.map(escaped).join(' | ')} |`;
  const rule = columns.map(({ kind }) => (kind === 'text' ? '---' : '---:'));
  return [line(columns.map(headOf)), `|${rule.join('|')}|`, ...shownCells(table).map(line)].join('\n');
}

function headOf({ head, unit, kind }: Column): string {
  return unit === undefined || kind === 'interval' ? head : `${head} (${unit})`;
}

function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('|', '\\|').replaceAll('\n', '<br>');
}
