import { lookUp } from '../look-up.ts';
import type { BreakEven } from '../results/energy-result.ts';
import type { Device } from './define-device.ts';
import { totalEnergy } from './energy-breakdown.ts';
import { denseOperator, spikeTerm } from './full-estimate.ts';
import { PriceList } from './price-list.ts';
import type { SiteLoad, SpikingLoad } from './spiking-load.ts';
import type { SynapticWork } from './synaptic-work.ts';

/** Halvings of the interval in which a rate is looked for. */
const halvings = 40;

/**
 * For each operator that neurons feed, the firing rate r at which t steps of it cost what the source network's costs.
 * A site's neurons and spikes are billed in equal parts to the operators that it feeds. A product at rate r has r² pairs
 * of spikes and r pairs of each spike with what has been accumulated.
 */
export function breakEven(load: SpikingLoad, device: Device): BreakEven[] {
  const prices = new PriceList(device);
  const sites = new Map(load.sites.map((site) => [site.name, site]));
  const readers = (name: string) => load.work.filter((each) => each.sites.includes(name)).length;
  return load.work
    .filter(({ terms, sites: feeding }) => terms.length > 0 && feeding.length > 0)
    .map((work) => {
      const feeding = work.sites.map((name) => ({
        site: lookUp(sites, name, 'load of site'),
        share: 1 / readers(name),
      }));
      const source = totalEnergy(denseOperator(work.cost, prices));
      const steps = Array.from({ length: load.steps - load.hiddenSteps }, (_, t) => load.hiddenSteps + t + 1);
      return {
        operator: work.cost.name,
        site: work.sites[0]!,
        rates: steps.map((t) => mean(feeding.map(({ site }) => rateOf(site, t)))),
        breakEvenRates: steps.map((t) =>
          solve((rate) => t * stepEnergy(work, feeding, rate, prices) - source),
        ),
      };
    });
}

interface Feeding {
  readonly site: SiteLoad;
  /** Part of the site's energy that is billed to the operator. */
  readonly share: number;
}

function stepEnergy(
  { cost, terms }: SynapticWork,
  feeding: readonly Feeding[],
  rate: number,
  prices: PriceList,
): number {
  const shares = terms.length === 1 ? [rate] : [rate * rate, rate, rate];
  const synapses = terms.map(({ scaling }, i) =>
    totalEnergy(spikeTerm(cost, shares[i]! * cost.macs, scaling, prices)),
  );
  const sites = feeding.map(({ site, share }) => {
    const { neurons, state } = prices.neurons(site.neurons, site.additions, site.words);
    const transfer = prices.spikeTransfer(rate * site.neurons, site.alphabet.payloadBits);
    return share * (neurons + state + transfer);
  });
  return [...synapses, ...sites].reduce((a, b) => a + b, 0);
}

function rateOf({ spikes, neurons }: SiteLoad, steps: number): number {
  return spikes.slice(0, steps).reduce((a, b) => a + b, 0) / (steps * neurons);
}

function mean(of: readonly number[]): number {
  return of.reduce((a, b) => a + b, 0) / of.length;
}

/** Root in [0, 1] of a function that grows; 1 where it stays below 0, null where it starts above. */
function solve(excess: (rate: number) => number): number | null {
  if (excess(0) > 0) return null;
  if (excess(1) <= 0) return 1;
  let [low, high] = [0, 1];
  for (let i = 0; i < halvings; i++) {
    const middle = (low + high) / 2;
    if (excess(middle) > 0) high = middle;
    else low = middle;
  }
  return low;
}
