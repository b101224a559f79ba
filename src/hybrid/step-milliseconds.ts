import type { Model } from '../graph/model.ts';

const metadataKey = 'transpike.stepMilliseconds';

/** Writes down in a model how long a step of its input over time is. */
export function keepStepMilliseconds({ metadata }: Model, milliseconds: number): void {
  metadata.set(metadataKey, String(milliseconds));
}

/** How long a step of a model's input over time is; `undefined` where it does not say. */
export function stepMilliseconds({ metadata }: Model): number | undefined {
  const kept = metadata.get(metadataKey);
  return kept === undefined ? undefined : Number(kept);
}
