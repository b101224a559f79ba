import { givesNextTokens } from '../analysis/gives-next-tokens.ts';
import { logitsOf } from '../analysis/logits-of.ts';
import { tokenInputs } from '../analysis/token-inputs.ts';
import { castNumbers } from '../graph/cast-numbers.ts';
import type { NamedInputs } from '../graph/input-batch.ts';
import type { Model } from '../graph/model.ts';
import { lookUp } from '../look-up.ts';
import { withKnownLengths } from '../sessions/known-lengths.ts';
import { OrtSession } from '../sessions/ort-session.ts';
import { sampleBatch } from '../sessions/sample-inputs.ts';
import { forFewRuns } from '../sessions/weight-loading.ts';

/** Deviation, relative to the largest output, that is rounding. */
const rounding = 1e-4;

/**
 * Whether a network says the next token at every token: its output has that shape, and what it says of a token does not change when a later
 * token is another one. Networks that fill in hidden tokens have the shape, but look ahead.
 *
 * @param source a network that does not spike
 */
export async function saysNextTokens(source: Model): Promise<boolean> {
  const inputs = tokenInputs(source.graph);
  if (!inputs || !givesNextTokens(source)) return false;
  const sample = sampleBatch(await withKnownLengths(source));
  const ids = Int32Array.from(
    lookUp(new Map(Object.entries(sample.inputs)), inputs.ids.name, 'input').data,
    Number,
  );
  const last = ids.length - 1;
  ids[last] = (ids[last]! + 1) % inputs.vocabulary;
  const other: NamedInputs = {
    ...sample,
    inputs: {
      ...sample.inputs,
      [inputs.ids.name]: { shape: [1, ids.length], data: castNumbers(ids, inputs.ids.dataType ?? 'int64') },
    },
  };
  const session = await OrtSession.create(source, forFewRuns(source));
  try {
    const { name } = logitsOf(source);
    const answer = async (to: NamedInputs) => lookUp(await session.run(to), name, 'output').data;
    return isSameUpTo(await answer(sample), await answer(other), last * inputs.vocabulary);
  } finally {
    await session.release();
  }
}

function isSameUpTo(one: ArrayLike<number>, two: ArrayLike<number>, end: number): boolean {
  let [largest, furthest] = [0, 0];
  for (let i = 0; i < end; i++) {
    largest = Math.max(largest, Math.abs(one[i]!));
    furthest = Math.max(furthest, Math.abs(one[i]! - two[i]!));
  }
  return furthest <= rounding * largest;
}
