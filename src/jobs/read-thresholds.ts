import { readFile } from 'node:fs/promises';
import { FormatError, messageOf } from '../errors.ts';

/**
 * Reads thresholds to import.
 *
 * @throws FormatError if the file cannot be read, or is no JSON
 */
export async function readThresholds(path: string): Promise<{ json: unknown; where: string }> {
  try {
    return { json: JSON.parse(await readFile(path, 'utf8')), where: path };
  } catch (error) {
    throw new FormatError(
      {
        where: path,
        expected: 'a JSON list of thresholds',
        got: messageOf(error),
        remedy: 'Check the path and the file',
      },
      { cause: error },
    );
  }
}
