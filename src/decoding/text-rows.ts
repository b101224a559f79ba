import { DataError, listProblems, messageOf } from '../errors.ts';
import { readOrdinaryFile } from '../files/read-ordinary-file.ts';
import { parseDelimited } from '../formats/delimited.ts';

/** A row of a table: values by column. */
export interface TextRow {
  /** The line that it begins in, counted from 1. */
  readonly line: number;
  readonly values: Readonly<Record<string, unknown>>;
}

/** A table of named columns. */
export interface TextTable {
  readonly columns: readonly string[];
  readonly rows: readonly TextRow[];
}

const shownProblems = 20;

/**
 * Reads a table of texts: `.jsonl` or `.ndjson` with an object a line, `.csv` or `.tsv` below a line of names.
 *
 * @throws DataError if it cannot be read, with all lines that are not so
 */
export async function readTextTable(path: string): Promise<TextTable> {
  const text = await readText(path);
  if (/\.(jsonl|ndjson)$/i.test(path)) return fromLines(text, path);
  return fromRecords(text, path, /\.tsv$/i.test(path) ? '\t' : ',');
}

/** A file as text. @throws DataError if it cannot be read, or is not UTF-8 */
export async function readText(path: string): Promise<string> {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(await readOrdinaryFile(path));
  } catch (cause) {
    throw new DataError(
      {
        where: path,
        expected: 'a text in UTF-8 that can be read',
        got: messageOf(cause),
        remedy: 'Check the file, and save it as UTF-8',
      },
      { cause },
    );
  }
}

function fromLines(text: string, path: string): TextTable {
  const problems: string[] = [];
  const columns = new Set<string>();
  const rows = text.split('\n').flatMap((each, i): TextRow[] => {
    if (each.trim() === '') return [];
    const values = objectOf(each);
    if (typeof values === 'string') {
      problems.push(`line ${i + 1}: expected a JSON object, got ${values}`);
      return [];
    }
    for (const name of Object.keys(values)) columns.add(name);
    return [{ line: i + 1, values }];
  });
  refuse(path, problems);
  return { columns: [...columns], rows };
}

/** An object, or what is there instead. */
function objectOf(line: string): Readonly<Record<string, unknown>> | string {
  try {
    const value: unknown = JSON.parse(line);
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? (value as Record<string, unknown>) : shortened(line);
  } catch (error) {
    return messageOf(error);
  }
}

function fromRecords(text: string, path: string, separator: ',' | '\t'): TextTable {
  const [head, ...records] = parseDelimited(text, separator);
  const columns = (head?.cells ?? []).map((name) => name.trim());
  const problems = records
    .filter(({ cells }) => cells.length !== columns.length)
    .map(
      ({ line, cells }) =>
        `line ${line}: expected ${columns.length} columns as in the first line, got ${cells.length}`,
    );
  refuse(path, problems);
  const rows = records.map(({ line, cells }) => ({
    line,
    values: Object.fromEntries(columns.map((name, i) => [name, cells[i]!])),
  }));
  return { columns, rows };
}

function refuse(path: string, problems: readonly string[]): void {
  if (problems.length === 0) return;
  const more = problems.length - shownProblems;
  const shown = more > 0 ? [...problems.slice(0, shownProblems), `and ${more} more`] : problems;
  throw new DataError(listProblems(`${path}: not a table of texts. Correct these lines:`, shown));
}

function shortened(text: string): string {
  const line = text.trim();
  return line.length > 40 ? `${line.slice(0, 40)}…` : line;
}
