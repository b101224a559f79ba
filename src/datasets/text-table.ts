import { join } from 'node:path';
import { choosePart } from '../data/choose-part.ts';
import { type ClassTable, classTable } from '../data/class-table.ts';
import type { DataLocation } from '../data/data-location.ts';
import type { DatasetOptions, TextSample } from '../data/dataset.ts';
import { defineDataset } from '../data/define-dataset.ts';
import { readClassTable } from '../decoding/read-classes.ts';
import { readTextTable, type TextTable } from '../decoding/text-rows.ts';
import { DataError, listProblems } from '../errors.ts';

const extension = /\.(jsonl|ndjson|csv|tsv)$/i;

/** Names of columns with a text, the usual ones first. */
const textNames = ['text', 'sentence', 'content', 'review', 'document', 'tweet', 'message'];

/** Names of two columns with a pair of texts. */
const pairNames = [
  ['sentence1', 'sentence2'],
  ['premise', 'hypothesis'],
  ['question1', 'question2'],
  ['text1', 'text2'],
  ['text_a', 'text_b'],
  ['question', 'sentence'],
  ['text', 'text_pair'],
] as const;

/** Names of columns with a class. */
const labelNames = ['label', 'labels', 'class', 'category', 'target', 'sentiment', 'score'];

/** What tables in a folder are named. */
const partNames = ['train', 'test', 'val', 'validation'];

const shownProblems = 20;

/**
 * A table of texts, a sample each: JSON objects, one a line, or columns between commas or tabs below a line of names; or a folder of such files
 * named by their parts, as `train.jsonl` and `test.jsonl`. Ids are the indices of the rows.
 *
 * A class is a number, or a name that the network or the file of labels knows; where nothing says the names, they are numbered in their order.
 * Rows with a negative number or nothing as class have none.
 */
export const textTable = defineDataset({
  name: 'text-table',
  gives: 'text',
  summary:
    'a .jsonl, .csv or .tsv file with columns of texts and classes, or a folder of them named by split',
  accepts: ['labels', 'split', 'columns'],
  matches: (location) =>
    location.isFolder
      ? partNames.some((part) => tablesIn(location).has(part))
      : extension.test(location.path),
  async open(location, options) {
    const file = fileOf(location, options);
    const table = await readTextTable(file);
    const columns = columnsOf(file, table, options);
    const texts = textsOf(file, table, columns);
    const { labels, classNames, targets } = await labelsOf(file, table, columns.label, options);
    return {
      kind: 'text-table',
      name: location.name,
      size: texts.length,
      labelled: labels.every((label) => label !== undefined) && columns.label !== undefined,
      ...(classNames && { classNames }),
      id: String,
      sample: async (index): Promise<TextSample> => ({
        kind: 'text',
        id: String(index),
        label: labels[index],
        ...(targets && { target: { shape: [1], data: Float32Array.of(targets[index]!) } }),
        ...texts[index]!,
      }),
    };
  },
});

/** Tables in a folder by what they are named. */
function tablesIn({ files }: DataLocation): ReadonlyMap<string, string> {
  return new Map(
    files.filter((file) => extension.test(file)).map((file) => [file.replace(extension, ''), file]),
  );
}

/** The file that a location is, or that of a part of the data in a folder. */
function fileOf(location: DataLocation, options: DatasetOptions): string {
  const { isFolder, path } = location;
  const tables = tablesIn(location);
  const part = isFolder ? choosePart(options, (each) => tables.has(each)) : options.split;
  if (part === undefined) return path;
  const file = tables.get(part);
  if (file !== undefined) return join(path, file);
  throw new DataError({
    where: path,
    expected: `texts of the part '${part}'`,
    got: isFolder ? [...tables.values()].join(', ') : 'one file, which has no parts',
    remedy: isFolder ? 'Choose one of these with the option split' : 'Leave the option split out',
    means: ['split'],
  });
}

/** Names of the columns that are read. */
interface Columns {
  readonly text: string;
  readonly pair: string | undefined;
  readonly label: string | undefined;
}

function columnsOf(path: string, { columns: there }: TextTable, { columns = {} }: DatasetOptions): Columns {
  const unknown = Object.entries(columns).filter(([, name]) => name !== undefined && !there.includes(name));
  const pair = columns.text === undefined ? pairNames.find((names) => names.every(has)) : undefined;
  const text = columns.text ?? pair?.[0] ?? textNames.find(has);
  const label = columns.label ?? labelNames.find((name) => has(name) && name !== text);
  if (text !== undefined && unknown.length === 0) return { text, pair: columns.pair ?? pair?.[1], label };
  throw new DataError({
    where: path,
    expected:
      unknown.length > 0
        ? `columns ${unknown.map(([, name]) => `'${name}'`).join(', ')}`
        : `a column of texts, as '${textNames.slice(0, 3).join("', '")}' or '${pairNames[0].join("' and '")}'`,
    got: there.length > 0 ? `columns '${there.join("', '")}'` : 'no columns',
    remedy: `Name the columns behind the path: '?text=${there[0] ?? 'NAME'}', with '&pair=' and '&label=' if there are such`,
  });

  function has(name: string): boolean {
    return there.includes(name);
  }
}

function textsOf(
  path: string,
  { rows }: TextTable,
  { text, pair }: Columns,
): Pick<TextSample, 'text' | 'pair'>[] {
  const problems: string[] = [];
  const texts = rows.map(({ line, values }) => {
    const of = (column: string) => {
      const value = values[column];
      if (typeof value !== 'string')
        problems.push(
          `line ${line}: expected a text as '${column}', got ${JSON.stringify(value) ?? 'nothing'}`,
        );
      return typeof value === 'string' ? value : '';
    };
    return { text: of(text), ...(pair !== undefined && { pair: of(pair) }) };
  });
  refuse(path, problems);
  return texts;
}

/** What is known of the rows beside their texts. */
interface Labels {
  readonly labels: readonly (number | undefined)[];
  /** What the classes are called, where the data say it. */
  readonly classNames?: string[];
  /** The labels as numbers, where no classes are wanted. */
  readonly targets?: readonly number[];
}

async function labelsOf(
  path: string,
  { rows }: TextTable,
  column: string | undefined,
  options: DatasetOptions,
): Promise<Labels> {
  const none = rows.map(() => undefined);
  if (column === undefined) return { labels: none };
  const said = rows.map(({ values }) => labelText(values[column]));
  const known = said.filter((each) => each !== undefined);
  const isNumbers = known.every((each) => Number.isFinite(Number(each)));
  const targets = isNumbers && options.needsLabels === false && known.length === said.length;
  const numbers = targets ? { targets: said.map(Number) } : {};
  if (known.every((each) => /^-?\d+$/.test(each))) {
    const labels = said.map((each) => (each === undefined || Number(each) < 0 ? undefined : Number(each)));
    return { labels, ...numbers };
  }
  if (isNumbers && options.needsLabels === false) return { labels: none, ...numbers };
  const table = await classesOf(known, path, options);
  const problems: string[] = [];
  const labels = said.map((each, i) => {
    const label = each === undefined ? undefined : table.indexOf.get(each);
    if (each !== undefined && label === undefined)
      problems.push(`line ${rows[i]!.line}: expected a class of '${table.path}', got '${each}'`);
    return label;
  });
  refuse(path, problems);
  return { labels, classNames: table.names };
}

async function classesOf(
  said: readonly string[],
  path: string,
  { labels, classes }: DatasetOptions,
): Promise<ClassTable> {
  if (labels !== undefined) return readClassTable(labels);
  if (classes) return classTable(classes, 'the network', true);
  return classTable([...new Set(said)].sort(), path);
}

function labelText(value: unknown): string | undefined {
  if (value === null || value === undefined || value === '') return undefined;
  if (typeof value === 'boolean') return String(Number(value));
  return typeof value === 'object' ? JSON.stringify(value) : String(value).trim();
}

function refuse(path: string, problems: readonly string[]): void {
  if (problems.length === 0) return;
  const more = problems.length - shownProblems;
  const shown = more > 0 ? [...problems.slice(0, shownProblems), `and ${more} more`] : problems;
  throw new DataError(listProblems(`${path}: not a table of texts. Correct these lines:`, shown));
}
