import { dirname, join } from 'node:path';
import { type ClassTable, synsetPattern } from '../data/class-table.ts';
import { DataError, listProblems, messageOf } from '../errors.ts';
import { readOrdinaryFile } from '../files/read-ordinary-file.ts';
import { listFolder } from './locate-data.ts';

/** Names under which a table is looked for beside the data. */
export const synsetFileNames = ['synset_words.txt', 'LOC_synset_mapping.txt', 'synsets.txt'];

/**
 * Reads a synset file: a synset id a line, in the order of the class indices, and after a blank the words for it.
 *
 * @throws DataError if the file cannot be read, or with all its malformed lines.
 */
export async function readSynsetTable(path: string): Promise<ClassTable> {
  const text = await readText(path);
  const indexOf = new Map<string, number>();
  const names: string[] = [];
  const problems: string[] = [];
  for (const [number, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === '') continue;
    const [, id = '', words = ''] = /^(\S+)\s*(.*?)\s*$/.exec(line) ?? [];
    if (!synsetPattern.test(id))
      problems.push(`line ${number + 1}: expected a synset id such as n01440764, got '${id}'`);
    else if (indexOf.has(id)) problems.push(`line ${number + 1}: ${id} appears for the second time`);
    indexOf.set(id, names.length);
    names.push(words || id);
  }
  if (names.length === 0) problems.push('expected at least one line, got none');
  if (problems.length > 0) {
    throw new DataError(
      listProblems(`${path}: not a synset file. Correct these lines:`, problems.slice(0, 20)),
    );
  }
  return { path, hasSynsets: true, indexOf, names };
}

/** The table in the folder or in its parent, if there is one under a usual name. */
export async function findSynsetTable(folder: string): Promise<ClassTable | undefined> {
  for (const place of [folder, dirname(folder)]) {
    const { files } = await listFolder(place).catch(() => ({ files: [] as string[] }));
    const name = synsetFileNames.find((usual) => files.includes(usual));
    if (name) return readSynsetTable(join(place, name));
  }
  return undefined;
}

async function readText(path: string): Promise<string> {
  try {
    return (await readOrdinaryFile(path)).toString('utf8');
  } catch (error) {
    throw new DataError(
      {
        where: path,
        expected: 'a synset file that can be read',
        got: messageOf(error),
        remedy: 'Check the path of the synset file',
      },
      { cause: error },
    );
  }
}
