import type { EnergyBreakdown } from '../results/energy-result.ts';
import type { SpikeScaling } from '../spiking/spike-alphabet.ts';
import type { Device } from './define-device.ts';
import { addEnergy, noEnergy } from './energy-breakdown.ts';
import type { Arithmetic } from './operator-arithmetic.ts';
import type { OperatorCost } from './operator-costs.ts';
import { PriceList } from './price-list.ts';
import type { SiteLoad, SpikingLoad } from './spiking-load.ts';
import type { SynapticWork } from './synaptic-work.ts';

/** What every estimate takes for granted. */
export const assumptions = [
  'A fetched weight serves up to 16 positions (tokens, pixels) that need it, in the spiking network and in the source network alike; spikes at these positions are taken to be independent.',
  'The operand of a product that is kept in memory is fetched at the price of a weight.',
  'Partial sums stay in registers; weights and potentials in memories on the chip; loading them from outside is left out for both networks.',
  'The first operator, the head and all arithmetic that is not synaptic run at every time-step and every hidden step; a device that keeps what does not change saves the first operator’s share after the first step.',
  'A stateful operator keeps a sum for each element that it reads and passes on: one addition and one multiplication each, and reading and writing the sum.',
  'A neuron’s step is an integration, a comparison for each halving of its levels, and a reset.',
  'A spike of a ladder with base 2 shifts the weight; of another ladder it is multiplied with it. Copies of the weights, two for each level, would avoid both.',
  'Exponentials, divisions, roots and the error function are counted as the additions and multiplications of their usual approximations.',
  'Control, clocks, leakage and address decoding are left out.',
] as const;

/**
 * The energy of a spiking network on a device after each step 1…T, the hidden steps billed with step 1.
 *
 * @param reuse as in {@link PriceList}; give the same to the source network's estimate
 */
export function fullEstimate(load: SpikingLoad, device: Device, reuse?: number): EnergyBreakdown[] {
  const prices = new PriceList(device, reuse);
  const constant = everyStep(load, prices);
  let sum = noEnergy;
  const after = Array.from({ length: load.steps }, (_, t) => {
    sum = addEnergy(sum, addEnergy(constant, spikesOfStep(load, prices, t)));
    return sum;
  });
  return after.slice(load.hiddenSteps);
}

/** What a step costs whatever spikes there are. */
function everyStep({ work, sites, others, stateful }: SpikingLoad, prices: PriceList): EnergyBreakdown {
  const dense = work.filter(({ terms }) => terms.length === 0).map(({ cost }) => denseOperator(cost, prices));
  const neurons = sites.map((site) => prices.neurons(site.neurons, site.additions, site.words));
  const bookkeeping = stateful.read + stateful.passedOn;
  const { additions, multiplications } = total(others);
  return [
    ...dense,
    ...neurons.map((each) => ({ ...noEnergy, ...each })),
    {
      ...noEnergy,
      nonSynaptic: prices.arithmetic({
        additions: additions + bookkeeping,
        multiplications: multiplications + bookkeeping,
      }),
      state: prices.updates(bookkeeping),
    },
  ].reduce(addEnergy, noEnergy);
}

function spikesOfStep({ work, sites }: SpikingLoad, prices: PriceList, t: number): EnergyBreakdown {
  return [
    ...work.map((each) => spikesInOperator(each, prices, t)),
    ...sites.map((site) => spikesOfSite(site, prices, t)),
  ].reduce(addEnergy, noEnergy);
}

function spikesInOperator({ cost, terms }: SynapticWork, prices: PriceList, t: number): EnergyBreakdown {
  return terms
    .map(({ operations, scaling }) => spikeTerm(cost, operations[t]!, scaling, prices))
    .reduce(addEnergy, noEnergy);
}

/** Operations of an operator that spikes trigger. */
export function spikeTerm(
  cost: OperatorCost,
  operations: number,
  scaling: SpikeScaling,
  prices: PriceList,
): EnergyBreakdown {
  const [synapses, weights] = [
    prices.spikes(operations, scaling),
    prices.weights(cost, operations / cost.macs),
  ];
  return cost.head ? { ...noEnergy, head: synapses + weights } : { ...noEnergy, synapses, weights };
}

function spikesOfSite({ spikes, alphabet }: SiteLoad, prices: PriceList, t: number): EnergyBreakdown {
  return { ...noEnergy, transfer: prices.spikeTransfer(spikes[t]!, alphabet.payloadBits) };
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
