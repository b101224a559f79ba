import type { Model } from '../graph/model.ts';

/** Key of the classes among a model's `metadata_props`. */
const metadataKey = 'transpike.classes';

/** Keeps the classes of a model in it, so that what is made of it can be evaluated without its source's folder. */
export function keepClasses(model: Model, classes: readonly string[]): void {
  model.metadata.set(metadataKey, JSON.stringify(classes));
}

/** The classes that a model keeps, if it does: a line each, in the order of its logits. */
export function keptClasses(model: Model): readonly string[] | undefined {
  const kept = model.metadata.get(metadataKey);
  return kept === undefined ? undefined : (JSON.parse(kept) as string[]);
}
