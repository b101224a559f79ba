import type { EnergyBreakdown } from '../results/energy-result.ts';
import type { Device } from './define-device.ts';
import { addEnergy, noEnergy, scaleEnergy, totalEnergy } from './energy-breakdown.ts';
import type { Arithmetic } from './operator-arithmetic.ts';
import type { OperatorCost } from './operator-costs.ts';
import { PriceList } from './price-list.ts';
import { realisations } from './realisations/realisations.ts';
import type {
  Realisation,
  RealisedOperator,
  RealisedSite,
  RealisedWork,
  Way,
  When,
} from './realised-work.ts';
import type { SpikingLoad } from './spiking-load.ts';

/** Version of the rules in this file and the realisations; see `EnergyResult`. */
export const accounting = 2;

/** What every estimate takes for granted. */
export const assumptions = [
  'A run has exactly t steps: its first step reads nothing that is kept from step to step, and its last one writes nothing. A run that may stop at any step writes at the last one, too.',
  'A fetched weight serves up to 16 positions (tokens, pixels) that need it, in the spiking network and in the source network alike; spikes at these positions are taken to be independent.',
  'The operand of a product that is kept in memory is fetched at the price of a weight.',
  'Partial sums stay in registers; weights and potentials in memories on the chip; loading them from outside is left out for both networks.',
  'A sum that is kept for a mean costs one addition and one multiplication from the second step on, and reading and writing it.',
  'A neuron’s step is an integration, a comparison for each halving of its levels, and a reset.',
  'A spike of a ladder with base 2 shifts the weight; of another ladder it is multiplied with it. Copies of the weights, two for each level, would avoid both.',
  'Exponentials, divisions, roots and the error function are counted as the additions and multiplications of their usual approximations.',
  'Control, clocks, leakage and address decoding are left out.',
] as const;

/** How a run ends, and what it runs on. */
export interface RunEnd {
  /** Whether the run may stop at any step, so that each has to give an answer and to keep what a next one needs. Default false. */
  readonly anytime?: boolean;
  /** As in {@link PriceList}; give the same to the source network's estimate. */
  readonly reuse?: number;
}

/**
 * The energy of a spiking network on a device for runs of exactly 1…T steps, each in the realisation that costs least there;
 * hidden steps come on top of each.
 */
export function fullEstimate(load: SpikingLoad, device: Device, end: RunEnd = {}): EnergyBreakdown[] {
  return cheapest(realisations.map((each) => realisedEstimate(load, each, device, end)));
}

/** As {@link fullEstimate}, in one realisation. */
export function realisedEstimate(
  load: SpikingLoad,
  realisation: Realisation,
  device: Device,
  { anytime = false, reuse }: RunEnd = {},
): EnergyBreakdown[] {
  const prices = new PriceList(device, reuse);
  const work = realisation.realise(load);
  const runs = [
    ...work.operators.map((each) => operatorRuns(each, prices, load.steps, anytime)),
    ...work.sites.map((each) => siteRuns(each, prices, anytime)),
    otherRuns(work, prices, load.steps, anytime),
  ];
  return sumRuns(runs).slice(load.hiddenSteps);
}

function sumRuns(runs: readonly (readonly EnergyBreakdown[])[]): EnergyBreakdown[] {
  return runs[0]!.map((_, i) => runs.map((run) => run[i]!).reduce(addEnergy, noEnergy));
}

/** The least energy of each length of run. */
function cheapest(runs: readonly (readonly EnergyBreakdown[])[]): EnergyBreakdown[] {
  return runs[0]!.map((_, i) =>
    leastOf(
      runs.map((run) => run[i]!),
      totalEnergy,
    ),
  );
}

/** The least of some; of equal ones the first, whatever their sums are rounded to. */
export function leastOf<E>(of: readonly E[], energyOf: (each: E) => number): E {
  return of.reduce((a, b) => (energyOf(b) < energyOf(a) * (1 - 1e-9) ? b : a));
}

/** Energy of a synaptic operator in runs of 1, 2, … steps, each in the way that costs least. */
function operatorRuns(
  { cost, ways }: RealisedOperator,
  prices: PriceList,
  steps: number,
  anytime = false,
): EnergyBreakdown[] {
  return cheapest(ways.map((way) => wayRuns(cost, way, prices, steps, anytime)));
}

/** Energy of a synaptic operator in runs of 1, 2, … steps, calculated in one way. */
export function wayRuns(
  cost: OperatorCost,
  { triggered, dense, sums }: Way,
  prices: PriceList,
  steps: number,
  anytime = false,
): EnergyBreakdown[] {
  const own = prices.of(cost);
  const once = denseOperator(cost, own);
  let spikes = noEnergy;
  return Array.from({ length: steps }, (_, i) => {
    for (const { when, operations, scaling } of triggered) {
      if (when === 'first' ? i > 0 : when === 'later' && i === 0) continue;
      const [synapses, weights] = [
        own.spikes(operations[i]!, scaling),
        own.weights(cost, operations[i]! / cost.macs),
      ];
      spikes = addEnergy(
        spikes,
        cost.head ? { ...noEnergy, head: synapses + weights } : { ...noEnergy, synapses, weights },
      );
    }
    const run = dense ? addEnergy(spikes, scaleEnergy(once, stepsOf(dense, i + 1, anytime))) : spikes;
    return sums === 0 ? run : addEnergy(run, keptSums(sums, i + 1, prices, anytime));
  });
}

/** Energy of the neurons of a site in runs of 1, 2, … steps, their spikes and their state included. */
export function siteRuns(
  { neurons, comparisons, words, readsMeans, spikes, alphabet, updates }: RealisedSite,
  prices: PriceList,
  anytime = false,
): EnergyBreakdown[] {
  let emitted = 0;
  return spikes.map((count, i) => {
    emitted += count;
    const steps = updates?.[i] ?? i + 1;
    const [read, written] = [steps - 1, anytime ? steps : steps - 1];
    const arithmetic = {
      // In the first step the potential is the input. What the last one leaves behind is nobody's.
      additions: neurons * (comparisons * steps + read + written),
      multiplications: readsMeans ? neurons * read : 0,
    };
    return {
      ...noEnergy,
      ...prices.neurons(neurons * steps, arithmetic, neurons * words * (read + written)),
      transfer: prices.spikeTransfer(emitted, alphabet.payloadBits),
    };
  });
}

/** Energy of what is not synaptic, and of what is kept for it. */
function otherRuns(
  { others, sums, constants }: RealisedWork,
  prices: PriceList,
  steps: number,
  anytime: boolean,
): EnergyBreakdown[] {
  const costs = new Map(
    (['every', 'first', 'later', 'last'] as const).map((when) => [
      when,
      prices.arithmetic(total(others.filter((other) => other.when === when))),
    ]),
  );
  return Array.from({ length: steps }, (_, i) => {
    const arithmetic = [...costs].reduce(
      (sum, [when, cost]) => sum + cost * stepsOf(when, i + 1, anytime),
      0,
    );
    const keptConstants = prices.stateWords(constants * (i + (i > 0 || anytime ? 1 : 0)));
    return addEnergy(
      { ...noEnergy, nonSynaptic: arithmetic, state: keptConstants },
      keptSums(sums, i + 1, prices, anytime),
    );
  });
}

/** In how many steps of a run something happens. */
function stepsOf(when: When, steps: number, anytime: boolean): number {
  if (when === 'every') return steps;
  if (when === 'later') return steps - 1;
  return when === 'last' && anytime ? steps : 1;
}

/** Sums that are kept over a run: added to and scaled from the second step on. */
function keptSums(elements: number, steps: number, prices: PriceList, anytime: boolean): EnergyBreakdown {
  const [read, written] = [steps - 1, anytime ? steps : steps - 1];
  return {
    ...noEnergy,
    nonSynaptic: prices.arithmetic({ additions: elements * read, multiplications: elements * read }),
    state: prices.stateWords(elements * (read + written)),
  };
}

/** One dense run of a synaptic operator; operators that read the image and the head have terms of their own. */
export function denseOperator(cost: OperatorCost, prices: PriceList): EnergyBreakdown {
  const [synapses, weights] = [prices.dense(cost.macs), prices.weights(cost, 1)];
  const elements = cost.operands.reduce((sum, { size }) => sum + size, 0);
  const transfer = prices.activationTransfer(elements);
  if (cost.first) return { ...noEnergy, firstLayer: synapses + weights, transfer };
  if (cost.head) return { ...noEnergy, head: synapses + weights, transfer };
  return { ...noEnergy, synapses, weights, transfer };
}

/** Additions and multiplications of all operators together. */
export function total(of: readonly Arithmetic[]): Arithmetic {
  return {
    additions: of.reduce((sum, { additions }) => sum + additions, 0),
    multiplications: of.reduce((sum, { multiplications }) => sum + multiplications, 0),
  };
}
