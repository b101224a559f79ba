import type { Model } from '../../graph/model.ts';
import { type FewBitResult, fewBitResultSchema } from '../../results/few-bit-result.ts';

/** Key of the record among a model's `metadata_props`. Networks converted from it keep it. */
const metadataKey = 'transpike.few-bits';

/** Notes in a network in few bits how it came about. */
export function noteFewBits(model: Model, result: FewBitResult): void {
  model.metadata.set(metadataKey, JSON.stringify(result));
}

/** How a network in few bits, or the one that a spiking network was converted from, came about; null for others. */
export function readFewBits(model: Model): FewBitResult | null {
  const text = model.metadata.get(metadataKey);
  if (text === undefined) return null;
  try {
    return fewBitResultSchema.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

/** Bits and width as a name: w1a2×4. */
export function fewBitName({ bits, widen, squeezed }: FewBitResult): string {
  return `w${bits.weights}a${bits.activations}×${widen}${squeezed ? ', squeezed' : ''}`;
}
