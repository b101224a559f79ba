import { readFile } from 'node:fs/promises';
import { FormatError, messageOf } from '../errors.ts';

/**
 * Reads thresholds to import.
 *
 * @throws FormatError if the file cannot be read, or is no JSON
 */
export async function readThresholds(path: string): Promise<{ json: unknown; where: string }> {
  try {
    const text = await readFile(path, 'utf8');
    if (/[\0\ufffd]/.test(text)) throw new Error('a file that is no text');
    return { json: JSON.parse(text), where: path };
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
