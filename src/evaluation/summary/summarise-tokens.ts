import type { BatchRecord } from '../../results/batch-record.ts';
import type { TokenResult } from '../../results/token-result.ts';
import type { SpikeSummary } from './summarise-spikes.ts';

/** How many tokens the batches of a run have, and what one costs; `undefined` for a network that reads no text. */
export function summariseTokens(
  batches: readonly BatchRecord[],
  { energy, steps }: Pick<SpikeSummary, 'energy' | 'steps'>,
): TokenResult | undefined {
  const counts = batches.flatMap(({ tokens }) => tokens ?? []);
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total === 0) return undefined;
  const perText = total / batches.reduce((sum, { predictions }) => sum + predictions.length, 0);
  return {
    total,
    perText,
    energy: (energy?.source ?? []).map(({ device, nanojoules }, d) => ({
      device,
      source: nanojoules / perText,
      steps: steps.map((step) => (step.energy.full[d]?.nanojoules ?? Number.NaN) / perText),
    })),
  };
}
