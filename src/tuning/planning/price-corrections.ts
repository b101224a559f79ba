import type { SpikeSite } from '../../analysis/spike-sites.ts';
import type { OperatorActivity } from '../../energy/ecmt-ratio.ts';
import { picojoules } from '../../energy/ecmt-ratio.ts';
import { lookUp } from '../../look-up.ts';
import type { PlannedSite } from './planned-site.ts';

/** By site name: what its spikes really cost, as a multiple of what was predicted. */
export type PriceCorrections = ReadonlyMap<string, number>;

/** Corrections beyond this say more about few images than about a site. */
const most = 8;

/**
 * Compares the energy of a measured network with its plan. Neurons fire more than their distribution says where their input
 * still changes, and in a product a spike costs as much as the other operand has sent. What an operator takes beyond its
 * plan is laid on all sites that feed it.
 *
 * @param operators synaptic operations of the network, summed over some images
 */
export function correctPrices(
  sites: readonly SpikeSite[],
  plan: { readonly sites: ReadonlyMap<string, Pick<PlannedSite, 'energy'>> },
  operators: readonly OperatorActivity[],
): Map<string, number> {
  const macs = operators.reduce((sum, each) => sum + each.macs, 0);
  const share = picojoules.accumulate / picojoules.multiplyAccumulate / macs;
  const measured = new Map(
    operators.map(({ name, operations }) => [name, share * operations.reduce((a, b) => a + b, 0)]),
  );
  const predicted = new Map<string, number>();
  for (const { name, feeds } of sites) {
    for (const { node } of feeds) {
      const energy = lookUp(plan.sites, name, 'plan of site').energy / feeds.length;
      predicted.set(node.name, (predicted.get(node.name) ?? 0) + energy);
    }
  }
  return new Map(
    sites.map(({ name, feeds }) => {
      const sum = (of: ReadonlyMap<string, number>) =>
        feeds.reduce((total, { node }) => total + (of.get(node.name) ?? 0), 0);
      const [real, planned] = [sum(measured), sum(predicted)];
      const correction = planned > 0 && real > 0 ? real / planned : 1;
      return [name, Math.min(Math.max(correction, 1 / most), most)];
    }),
  );
}
