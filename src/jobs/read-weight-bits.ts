import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { FormatError, listProblems, messageOf, UsageError } from '../errors.ts';
import type { Bits, WeightChoice } from '../quantisation/choose-weights.ts';
import type { RoundingName } from '../quantisers/roundings/roundings.ts';

const bits = z.union([z.int(), z.literal('source')]);
const schema = z.object({ bits, operators: z.record(z.string(), bits).optional() });

/**
 * In how many bits weights are wanted.
 *
 * @param given a number of bits, `source`, or the path of a JSON file `{"bits": 4, "operators": {"name": 8}}`
 * @throws FormatError if the file cannot be read or is no such thing; UsageError for a rounding of nothing
 */
export async function readWeightBits(
  given: Bits | string | undefined,
  rounding: RoundingName | undefined,
): Promise<WeightChoice | undefined> {
  if (given === undefined || given === 'source') {
    if (rounding !== undefined) throw roundsNothing(rounding);
    return undefined;
  }
  if (typeof given === 'number') return { bits: given, rounding };
  if (/^\d+$/.test(given)) return { bits: Number(given), rounding };
  return { ...(await readFileOf(given)), rounding };
}

async function readFileOf(path: string): Promise<z.infer<typeof schema>> {
  let json: unknown;
  try {
    json = JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    throw new FormatError({
      where: path,
      expected: 'a number of bits, or a JSON file with bits by operator',
      got: messageOf(error),
      remedy: 'Give for example 4',
      means: ['weightBits'],
    });
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(
    ({ path: at, message }) => `${at.join('.') || 'file'}: ${message}`,
  );
  throw new FormatError(listProblems(`${path}: no bits of weights. Correct:`, problems));
}

function roundsNothing(rounding: RoundingName): UsageError {
  return new UsageError({
    where: 'rounding',
    expected: 'bits of weights to round to',
    got: `${rounding} without them`,
    remedy: 'Give them, or leave the rounding out',
    means: ['weightBits'],
  });
}
