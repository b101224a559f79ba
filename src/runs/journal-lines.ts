import type { z } from 'zod';
import { checkLine } from '../files/checksum.ts';

/** What a file of JSON Lines still holds. */
export interface RecoveredLines<V> {
  readonly values: readonly V[];
  /** Whether a checksum proves that lines are of the run that was asked for. */
  readonly proven: boolean;
  /** Numbers of the lines that are left out, from 1. */
  readonly lost: readonly number[];
}

/**
 * Reads lines back: those that are whole, of this run, and not there already. Lines without a checksum are of an earlier version
 * that wrote none, and are taken where no line has one.
 *
 * @param run identity of the run that the lines should belong to
 * @param fits asked for each line, in order, whether what it holds belongs there
 */
export function recoverLines<S extends z.ZodType>(
  text: string,
  schema: S,
  run: string,
  fits: (value: z.infer<S>) => boolean,
): RecoveredLines<z.infer<S>> {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  const checked = lines.map((line) => checkLine(line, run));
  const proven = checked.some(({ state }) => state === 'sound');
  const values: z.infer<S>[] = [];
  const lost: number[] = [];
  const seen = new Set<string>();
  for (const [i, each] of checked.entries()) {
    const taken = each.state === (proven ? 'sound' : 'unmarked') && !seen.has(lines[i]!);
    const parsed = taken ? schema.safeParse(each.value) : undefined;
    if (parsed?.success && fits(parsed.data)) values.push(parsed.data);
    else lost.push(i + 1);
    seen.add(lines[i]!);
  }
  return { values, proven, lost };
}
