import type { Site } from '../spiking/neuron-node.ts';
import { spikeAlphabet } from '../spiking/spike-alphabet.ts';
import { timelineOf } from '../spiking/timeline.ts';

/** Bits that are evaluated at least and at most. */
export const bitRange = { fewest: 2, most: 8 } as const;

/** Bits by site that spikes of some numbers of steps carry. */
export interface BitWidths {
  /** Numbers of steps t whose spikes carry these bits. */
  readonly steps: readonly number[];
  readonly bits: Readonly<Record<string, number>>;
  /** Whether spikes carry more than what is evaluated: at one site at least, after the last of these steps. */
  readonly capped: boolean;
}

/**
 * How many bits the spikes of t steps carry at each site, ⌈t·log₂(values)⌉ with the distinct values of a spike, silence
 * and signs included: at least 2, at most 8 (Shen et al., Are Conventional SNNs Really Efficient?, CVPR 2024,
 * arXiv:2311.10802, compare at equal bits). Steps with the same bits at all sites are listed together: they have one network.
 *
 * Spikes of neurons that spike once carry log₂(t + 1) bits when windows have t slots.
 *
 * Differs from the paper: values per step rather than binary spikes, so that graded spikes count.
 */
export function bitWidths(sites: readonly Site[], steps: number): BitWidths[] {
  const isOnce = timelineOf(sites) === 'slots';
  const perStep = sites.map((site) => [site.name, Math.log2(spikeAlphabet(site).values)] as const);
  const found = new Map<string, BitWidths>();
  for (let t = 1; t <= steps; t++) {
    // Rounding of the logarithm must not cost a bit.
    const carried = perStep.map(
      ([name, bits]) => [name, Math.ceil((isOnce ? Math.log2(t + 1) : t * bits) - 1e-9)] as const,
    );
    const bits = Object.fromEntries(
      carried.map(([name, each]) => [name, Math.min(Math.max(each, bitRange.fewest), bitRange.most)]),
    );
    const capped = carried.some(([, each]) => each > bitRange.most);
    const key = JSON.stringify(bits);
    found.set(key, { bits, capped, steps: [...(found.get(key)?.steps ?? []), t] });
  }
  return [...found.values()];
}
