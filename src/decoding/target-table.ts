import { DataError, listProblems } from '../errors.ts';

const shownProblems = 20;

/**
 * Reads a table of targets: numbers between commas, semicolons, tabs or blanks, one line a sample, perhaps below a line of names. Where
 * the first column has the samples' ids, lines may stand in any order; else they stand in that of the samples.
 *
 * @param ids of all samples, in their order
 * @returns numbers of each sample
 * @throws DataError that lists the lines that are not so, or says which samples have none
 */
export function parseTargetTable(text: string, where: string, ids: readonly string[]): number[][] {
  const lines = text
    .split(/\r?\n/)
    .map((line, i) => ({ number: i + 1, cells: cellsOf(line) }))
    .filter(({ cells }) => cells.length > 0);
  if (lines.length > 0 && lines[0]!.cells.slice(1).concat(lines[0]!.cells.at(-1)!).every(isWord))
    lines.shift();
  const known = new Set(ids);
  const named = lines.length > 0 && lines.every(({ cells }) => cells.length > 1 && known.has(cells[0]!));
  // Numbers from 0 on name the samples of a stack only where each stands there once; else they are numbers.
  const byId = named && new Set(lines.map(({ cells }) => cells[0])).size === lines.length;
  const rows = lines.map(({ number, cells }) => ({
    number,
    id: cells[0]!,
    cells: cells.slice(byId ? 1 : 0),
  }));
  refuseWords(rows, where);
  if (!byId) {
    if (rows.length !== ids.length) throw otherCount(where, ids.length, `${rows.length} lines`);
    return rows.map(({ cells }) => cells.map(Number));
  }
  const numbers = new Map(rows.map(({ id, cells }) => [id, cells.map(Number)]));
  const missing = ids.filter((id) => !numbers.has(id));
  if (missing.length > 0) throw otherCount(where, ids.length, `none for '${missing[0]}'`);
  return ids.map((id) => numbers.get(id)!);
}

function cellsOf(line: string): string[] {
  const separator = /[,;\t]/.exec(line)?.[0];
  return line
    .split(separator ?? /\s+/)
    .map((cell) => cell.trim().replace(/^"(.*)"$/, '$1'))
    .filter((cell) => cell !== '');
}

function isWord(cell: string): boolean {
  return !Number.isFinite(Number(cell));
}

function refuseWords(
  rows: readonly { readonly number: number; readonly cells: readonly string[] }[],
  where: string,
): void {
  const width = rows[0]?.cells.length ?? 0;
  const problems = rows.flatMap(({ number, cells }) => {
    const word = cells.find(isWord);
    if (word !== undefined) return [`line ${number}: expected a number, got '${word}'`];
    return cells.length === width
      ? []
      : [`line ${number}: expected ${width} numbers as in the first line, got ${cells.length}`];
  });
  if (problems.length === 0) return;
  const heading = `${where}: not a table of targets. Correct:`;
  throw new DataError(listProblems(heading, problems.slice(0, shownProblems)));
}

function otherCount(where: string, count: number, got: string): DataError {
  return new DataError({
    where,
    expected: `${count} targets, one a sample`,
    got,
    remedy: 'Give the targets that belong to these inputs',
    means: ['labels'],
  });
}
