/** One record of a delimited text and the line, counted from 1, that it begins in. */
export interface DelimitedRecord {
  readonly line: number;
  readonly cells: readonly string[];
}

/**
 * Reads a table of text. With commas, cells may stand in quotes, doubled inside, and then hold commas and ends of lines (RFC 4180). With tabs,
 * quotes are letters like all others, as in the media type of IANA: sentences often hold single ones.
 *
 * @returns records that have something in them
 */
export function parseDelimited(text: string, separator: ',' | '\t'): DelimitedRecord[] {
  const body = text.startsWith('\uFEFF') ? text.slice(1) : text;
  const records = separator === '\t' ? tabbed(body) : quoted(body);
  return records.filter(({ cells }) => cells.length > 1 || cells[0] !== '');
}

function tabbed(text: string): DelimitedRecord[] {
  return text.split(/\r?\n/).map((line, i) => ({ line: i + 1, cells: line.split('\t') }));
}

/** A cell, with or without quotes, and what ends it. What stands behind closing quotes belongs to the cell. */
const cellPattern = /(?:"((?:[^"]|"")*)"([^,\r\n]*)|([^,\r\n]*))(,|\r?\n|\r|$)/y;

function quoted(text: string): DelimitedRecord[] {
  const records: DelimitedRecord[] = [];
  let [line, first] = [1, 1];
  let cells: string[] = [];
  cellPattern.lastIndex = 0;
  while (cellPattern.lastIndex <= text.length) {
    const [whole, inside, rest = '', plain = '', end] = cellPattern.exec(text)!;
    cells.push(inside === undefined ? plain : inside.replaceAll('""', '"') + rest);
    line += whole.match(/\r\n|\n|\r/g)?.length ?? 0;
    if (end === ',') continue;
    records.push({ line: first, cells });
    [cells, first] = [[], line];
    if (end === '') break;
  }
  return records;
}
