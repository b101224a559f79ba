import { type ClassTable, classTable } from '../data/class-table.ts';
import { DataError, messageOf } from '../errors.ts';
import { readOrdinaryFile } from '../files/read-ordinary-file.ts';

/** The classes that a file says, a line each. @throws DataError if it cannot be read, or is empty */
export async function readClassTable(path: string): Promise<ClassTable> {
  return classTable(await readClassLines(path), path);
}

/** The lines of a file that have something in them. @throws DataError if it cannot be read, or is empty */
export async function readClassLines(path: string): Promise<string[]> {
  const bytes = await readOrdinaryFile(path).catch((error: unknown) => {
    throw unreadable(path, messageOf(error), error);
  });
  const lines = bytes
    .toString('utf8')
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '');
  if (lines.length === 0) throw unreadable(path, 'an empty file');
  return lines;
}

function unreadable(path: string, got: string, cause?: unknown): DataError {
  return new DataError(
    { where: path, expected: 'a file with a class a line', got, remedy: 'Check the path and the file' },
    { cause },
  );
}
