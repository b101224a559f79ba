import { tokenInputs } from '../analysis/token-inputs.ts';
import type { Batch } from '../data/load-batch.ts';
import { nextTokens } from '../data/next-tokens.ts';
import type { Model } from '../graph/model.ts';

/** Anything that gives batches. */
interface Batches<Arguments extends readonly unknown[]> {
  batches(...how: Arguments): AsyncIterable<Batch>;
}

/** The same data, of which each batch says the tokens that follow unless it says already what would be right. */
export function withNextTokens<Arguments extends readonly unknown[], Data extends Batches<Arguments>>(
  data: Data & Batches<Arguments>,
  { graph }: Pick<Model, 'graph'>,
): Data {
  const inputs = tokenInputs(graph);
  if (!inputs) return data;
  return {
    ...data,
    async *batches(...how: Arguments) {
      for await (const batch of data.batches(...how)) {
        yield batch.targets ? batch : { ...batch, targets: nextTokens(batch, inputs) };
      }
    },
  };
}
