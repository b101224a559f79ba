import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { DataError, listProblems, messageOf } from '../errors.ts';
import { readNpy } from '../files/read-npy.ts';

const shownProblems = 20;

/**
 * Reads the class indices of a stack of inputs: a `.npy` array of whole numbers, or a text file with one a line.
 *
 * @param count number of labels that there should be
 * @throws DataError if there are more or fewer, or some are not whole numbers from 0 on.
 */
export async function readIntegerLabels(path: string, count: number): Promise<number[]> {
  const entries = extname(path).toLowerCase() === '.npy' ? await npyEntries(path) : await textEntries(path);
  const labels = entries.map((entry) => (/^\d+$/.test(entry) ? Number(entry) : -1));
  const problems = entries
    .map((entry, i) => ({ entry, i }))
    .filter(({ i }) => labels[i]! < 0)
    .map(({ entry, i }) => `label ${i}: expected a whole number from 0 on, got '${entry}'`);
  if (problems.length > 0) {
    throw new DataError(
      listProblems(`${path}: not a list of labels. Correct:`, problems.slice(0, shownProblems)),
    );
  }
  if (labels.length === count) return labels;
  throw new DataError({
    where: path,
    expected: `${count} labels, one a sample`,
    got: `${labels.length}`,
    remedy: 'Give the labels that belong to these inputs',
  });
}

async function npyEntries(path: string): Promise<string[]> {
  return Array.from((await readNpy(path)).data, String);
}

async function textEntries(path: string): Promise<string[]> {
  try {
    return (await readFile(path, 'utf8'))
      .split('\n')
      .map((line) => line.trim())
      .filter(Boolean);
  } catch (error) {
    throw new DataError(
      {
        where: path,
        expected: 'a file of labels that can be read',
        got: messageOf(error),
        remedy: 'Check the path of the labels',
      },
      { cause: error },
    );
  }
}
