import { readFile } from 'node:fs/promises';
import { FormatError, messageOf } from '../errors.ts';
import type { DeclaredHead } from '../tasks/with-detections.ts';

/**
 * A detection head as it is given: its name, or a JSON file that has it as `head` beside what it has to be told.
 *
 * @throws FormatError if the file cannot be read or is no such thing
 */
export async function readDetectionHead(given: string | undefined): Promise<DeclaredHead | undefined> {
  if (given === undefined) return undefined;
  if (!given.toLowerCase().endsWith('.json')) return { head: given };
  try {
    const declared: unknown = JSON.parse(await readFile(given, 'utf8'));
    if (isDeclared(declared)) return declared;
  } catch (error) {
    throw misread(given, messageOf(error));
  }
  throw misread(given, 'no text called head');
}

function isDeclared(value: unknown): value is DeclaredHead {
  return typeof value === 'object' && value !== null && 'head' in value && typeof value.head === 'string';
}

function misread(where: string, got: string): FormatError {
  return new FormatError({
    where,
    expected: 'a detection head, as {"head": "yolo", "unit": "shares"}',
    got,
    remedy: 'Check the path and the file',
    means: ['head'],
  });
}
