import type { Model } from '../graph/model.ts';
import type { ParsedPreprocessConfig } from './parse-preprocess-config.ts';

/** Key of the preprocessing among a model's `metadata_props`. */
const metadataKey = 'transpike.preprocess';

/** Keeps the preprocessing of pictures in a model, so that what is made of it can be evaluated without its source's folder. */
export function keepPreprocess(model: Model, preprocess: ParsedPreprocessConfig): void {
  model.metadata.set(metadataKey, JSON.stringify(preprocess));
}

/** The preprocessing that a model keeps, if it does. */
export function keptPreprocess(model: Model): ParsedPreprocessConfig | undefined {
  const kept = model.metadata.get(metadataKey);
  return kept === undefined ? undefined : (JSON.parse(kept) as ParsedPreprocessConfig);
}

/** Puts the preprocessing behind all other entries of the metadata, so that the same conversion gives the same bytes as ever. */
export function putPreprocessLast(model: Model): void {
  const kept = keptPreprocess(model);
  model.metadata.delete(metadataKey);
  if (kept) keepPreprocess(model, kept);
}
