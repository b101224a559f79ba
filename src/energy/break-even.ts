import { lookUp } from '../look-up.ts';
import type { BreakEven } from '../results/energy-result.ts';
import type { Device } from './define-device.ts';
import { totalEnergy } from './energy-breakdown.ts';
import { denseOperator, siteRuns, wayRuns } from './full-estimate.ts';
import { PriceList } from './price-list.ts';
import { realisations } from './realisations/realisations.ts';
import type { RealisedOperator, RealisedSite, Way } from './realised-work.ts';
import type { SiteLoad, SpikingLoad } from './spiking-load.ts';

/** Halvings of the interval in which a rate is looked for. */
const halvings = 40;

/**
 * For each operator that neurons feed, the firing rate r at which a run of t steps of it costs what the source network's
 * costs, in the realisation and the way that cost least. A site's neurons and spikes are billed in equal parts to the
 * operators that it feeds. A product at rate r has r² pairs of spikes and r pairs of each spike with what has been
 * accumulated.
 */
export function breakEven(load: SpikingLoad, device: Device): BreakEven[] {
  const prices = new PriceList(device);
  const readers = (name: string) => load.work.filter((each) => each.sites.includes(name)).length;
  const realised = realisations.map((each) => each.realise(load));
  const steps = Array.from({ length: load.steps - load.hiddenSteps }, (_, t) => load.hiddenSteps + t + 1);
  return load.work.flatMap(({ cost, terms, sites: feeding }, i) => {
    if (terms.length === 0 || feeding.length === 0) return [];
    const forms = realised.map(({ operators, sites }): Form => {
      const byName = new Map(sites.map((site) => [site.name, site]));
      return {
        operator: operators[i]!,
        sites: feeding.map((name) => ({ site: lookUp(byName, name, 'site'), share: 1 / readers(name) })),
      };
    });
    const source = totalEnergy(denseOperator(cost, prices));
    return [
      {
        operator: cost.name,
        site: feeding[0]!,
        rates: steps.map((t) => mean(forms[0]!.sites.map(({ site }) => rateOf(site, t)))),
        breakEvenRates: steps.map((t) => solve((rate) => cheapestRun(forms, rate, t, prices) - source)),
      },
    ];
  });
}

/** An operator in one realisation, with what feeds it. */
interface Form {
  readonly operator: RealisedOperator;
  readonly sites: readonly {
    readonly site: RealisedSite /** Part of the site's energy that is billed to the operator. */;
    readonly share: number;
  }[];
}

/** Energy of a run of t steps at a rate. */
function cheapestRun(forms: readonly Form[], rate: number, t: number, prices: PriceList): number {
  return Math.min(
    ...forms.flatMap(({ operator, sites }) => {
      const neurons = sites.map(({ site, share }) => share * siteRun(site, rate, t, prices));
      const own = neurons.reduce((a, b) => a + b, 0);
      return operator.ways.map((way) => own + wayRun(operator, way, rate, t, prices));
    }),
  );
}

function siteRun(site: RealisedSite, rate: number, t: number, prices: PriceList): number {
  const spikes = rate * site.neurons;
  return extrapolate(siteRuns({ ...site, spikes: [spikes, spikes] }, prices).map(totalEnergy), t);
}

function wayRun({ cost }: RealisedOperator, way: Way, rate: number, t: number, prices: PriceList): number {
  const triggered = way.triggered.map((each) => {
    const operations = cost.macs * (each.meets === 'spike' ? rate * rate : rate);
    return { ...each, operations: [operations, operations] };
  });
  return extrapolate(wayRuns(cost, { ...way, triggered }, prices, 2).map(totalEnergy), t);
}

/** At a constant rate, every step after the first one costs the same. */
function extrapolate([one, two]: readonly number[], t: number): number {
  return one! + (t - 1) * (two! - one!);
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
