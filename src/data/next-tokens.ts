import type { TokenInputs } from '../analysis/token-inputs.ts';
import type { FloatTensor } from '../graph/float-tensor.ts';
import { type InputBatch, type InputTensor, isNamed } from '../graph/input-batch.ts';

/**
 * What a network that says the next token should say to a batch: for each text the token that follows each of its tokens, [tokens], and -1 where
 * none does, at padding and at the last token.
 */
export function nextTokens(batch: InputBatch, { ids, mask }: TokenInputs): FloatTensor[] {
  const tokens = inputOf(batch, ids.name) ?? noTokens;
  const isToken = maskOf(batch, mask?.name);
  const [texts, length] = tokens.shape as [number, number];
  return Array.from({ length: texts }, (_, row) => {
    const data = new Float32Array(length).fill(-1);
    for (let i = row * length; i < (row + 1) * length - 1; i++) {
      if (isToken(i) && isToken(i + 1)) data[i - row * length] = Number(tokens.data[i + 1]);
    }
    return { shape: [length], data };
  });
}

/** Tokens of a batch, without padding. */
export function countTokens(batch: InputBatch, { ids, mask }: TokenInputs): number {
  const tokens = inputOf(batch, ids.name) ?? noTokens;
  const isToken = maskOf(batch, mask?.name);
  let count = 0;
  for (let i = 0; i < tokens.data.length; i++) count += Number(isToken(i));
  return count;
}

const noTokens: InputTensor = { shape: [0, 0], data: new Int32Array() };

function inputOf(batch: InputBatch, name: string): InputTensor | undefined {
  return isNamed(batch) ? batch.inputs[name] : batch;
}

function maskOf(batch: InputBatch, name: string | undefined): (i: number) => boolean {
  const mask = name !== undefined && isNamed(batch) ? batch.inputs[name] : undefined;
  return (i) => mask === undefined || Number(mask.data[i]) !== 0;
}
