import { lookUp } from '../look-up.ts';
import type { Activity } from '../results/activity.ts';
import type { SpikeAlphabet, SpikeScaling } from '../spiking/spike-alphabet.ts';
import type { OperatorCost } from './operator-costs.ts';

/** Additions of one kind that spikes trigger in an operator. */
export interface SpikeTerm {
  /** Operations for one image, by time-step, the hidden steps first. */
  readonly operations: readonly number[];
  readonly scaling: SpikeScaling;
  /** What a spike meets: a weight or a sum, which are not 0, or another spike. */
  readonly meets: 'number' | 'spike';
}

/** What a synaptic operator does in the spiking network. */
export interface SynapticWork {
  readonly cost: OperatorCost;
  /** Sites that feed it; empty where spikes come through pooling or sums, or not at all. */
  readonly sites: readonly string[];
  /** Empty for an operator that no spikes feed: it works as in the source network, at every step. */
  readonly terms: readonly SpikeTerm[];
}

/**
 * The work of every synaptic operator, from the spikes of some images. A product has three terms, as ECMT counts them:
 * spike meets spike, and each meets what the other operand has accumulated. Spikes that come through pooling or sums
 * are scaled like the most demanding ones of the network.
 *
 * @param siteOf name of the site that carries a value of the source network for an operator, if one does
 * @param images number of images that the activity is a sum over
 */
export function synapticWork(
  costs: readonly OperatorCost[],
  activity: Activity,
  alphabets: ReadonlyMap<string, SpikeAlphabet>,
  siteOf: (operator: string, value: string) => string | undefined,
  images: number,
): SynapticWork[] {
  const worst = heaviest([...alphabets.values()].map(({ scaling }) => scaling));
  return costs.map((cost) => {
    const sites = cost.operands.flatMap(({ value }) => siteOf(cost.name, value) ?? []);
    const scalings = sites.map((site) => lookUp(alphabets, site, 'alphabet of site').scaling);
    const perImage = (counts: readonly number[], factor = 1) =>
      counts.map((count) => (count * factor) / images);
    const product = activity.products[cost.name];
    if (cost.kind === 'product' && product) {
      const [a, b] = [scalings[0] ?? worst, scalings[1] ?? scalings[0] ?? worst];
      const terms = [
        { operations: perImage(product.both), scaling: heaviest([a, b]), meets: 'spike' as const },
        { operations: perImage(product.left), scaling: a, meets: 'number' as const },
        { operations: perImage(product.right), scaling: b, meets: 'number' as const },
      ];
      return { cost, sites, terms };
    }
    const arriving = activity.inputs[cost.name];
    const counts = arriving ?? (cost.kind === 'linear' && sites[0] ? activity.spikes[sites[0]] : undefined);
    if (!counts) return { cost, sites, terms: [] };
    const operations = perImage(counts, cost.macs / cost.operands[0]!.size);
    return {
      cost,
      sites,
      terms: [{ operations, scaling: arriving ? worst : scalings[0]!, meets: 'number' }],
    };
  });
}

const weight: Readonly<Record<SpikeScaling, number>> = { none: 0, shift: 1, multiplication: 2 };

function heaviest(scalings: readonly SpikeScaling[]): SpikeScaling {
  return scalings.reduce((a, b) => (weight[b] > weight[a] ? b : a), 'none');
}
