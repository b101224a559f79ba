import type { Model } from '../graph/model.ts';
import type { ParsedPreprocessConfig } from './parse-preprocess-config.ts';

/** Key of the preprocessing among a model's `metadata_props`. */
const metadataKey = 'transpike.preprocess';

/**
 * Keeps the preprocessing of pictures in a model, behind all else that its metadata say, so that what is made of it can be evaluated
 * without its source's folder.
 */
export function keepPreprocess(model: Model, preprocess: ParsedPreprocessConfig): void {
  model.metadata.delete(metadataKey);
  model.metadata.set(metadataKey, JSON.stringify(preprocess));
}

/** The preprocessing that a model keeps, if it does. */
export function keptPreprocess(model: Model): ParsedPreprocessConfig | undefined {
  const kept = model.metadata.get(metadataKey);
  return kept === undefined ? undefined : (JSON.parse(kept) as ParsedPreprocessConfig);
}
