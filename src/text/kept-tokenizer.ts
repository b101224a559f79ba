import type { Model } from '../graph/model.ts';
import type { TokenizerDefinition } from './text-tokenizer.ts';

/** Key of the tokenizer among a model's `metadata_props`. */
const metadataKey = 'transpike.tokenizer';

/** Keeps the tokenizer of a network in its model, so that what is made of it reads texts without its source's folder. */
export function keepTokenizer(model: Model, tokenizer: TokenizerDefinition): void {
  model.metadata.delete(metadataKey);
  model.metadata.set(metadataKey, JSON.stringify(tokenizer));
}

/** The tokenizer that a model keeps, if it does. */
export function keptTokenizer(model: Model): TokenizerDefinition | undefined {
  const kept = model.metadata.get(metadataKey);
  return kept === undefined ? undefined : (JSON.parse(kept) as TokenizerDefinition);
}
