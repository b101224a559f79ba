import type { TokenInputs } from '../analysis/token-inputs.ts';
import type { FloatTensor } from '../graph/float-tensor.ts';
import type { TokenSequence } from '../text/text-tokenizer.ts';
import { type PadOptions, tokenBatch } from '../text/token-batch.ts';
import type { TextSample } from './dataset.ts';
import type { Batch } from './load-batch.ts';

/** A text as its network reads it. */
export interface TokenSample extends TokenSequence, Pick<TextSample, 'id' | 'label'> {
  readonly target?: FloatTensor | undefined;
}

/** What became of the texts of a data set. */
export interface TokenFacts {
  readonly texts: number;
  /** Tokens of every row of a batch. */
  readonly length: number;
  /** Tokens of all texts, without padding. */
  readonly tokens: number;
  /** Texts that were cut off. */
  readonly cut: number;
  /** Where they were cut off. */
  readonly cutSide: 'left' | 'right';
  /** Where rows are filled up. */
  readonly paddingSide: 'left' | 'right';
}

/** Batches of texts that are tokens already, in their order. */
export async function* tokenBatches(
  samples: readonly TokenSample[],
  inputs: TokenInputs,
  batchSize: number,
  padding: PadOptions,
): AsyncGenerator<Batch> {
  for (let from = 0; from < samples.length; from += batchSize) {
    const part = samples.slice(from, from + batchSize);
    const targets = part.flatMap(({ target }) => target ?? []);
    yield {
      ...tokenBatch(inputs, part, padding),
      ids: part.map(({ id }) => id),
      labels: part.map(({ label }) => label),
      ...(targets.length === part.length && { targets }),
    };
  }
}
