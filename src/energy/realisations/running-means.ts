import { lookUp } from '../../look-up.ts';
import { defineRealisation, type RealisedOperator, type When } from '../realised-work.ts';
import type { FlowingOperator, SpikingLoad } from '../spiking-load.ts';
import type { SynapticWork } from '../synaptic-work.ts';
import { isProductOfSpikes } from './increments.ts';

/**
 * The identity that the project rests on: a non-linear operator works on the running mean of what it reads and hands its
 * result on as it is, for the potential of a neuron is t·x̄(t) − Q(t−1). Only sums of increments are kept, where a mean is
 * wanted. What does not change is calculated in the first step; what no neuron reads, when the answer is wanted. A product is
 * either calculated anew from both sums, or is what it was plus x·S_B(t) + S_A(t−1)·y, whichever costs less.
 */
export const runningMeans = defineRealisation({
  name: 'running-means',
  summary:
    'Non-linear operators work on running means and hand them on; sums are kept only where increments meet them, and nothing is calculated twice that does not change.',
  realise(load) {
    const { summed, reread } = load.flow;
    const sizeOf = (value: string) => lookUp(load.sizes, value, 'size of value');
    const total = (values: readonly string[]) => values.reduce((sum, value) => sum + sizeOf(value), 0);
    const decoded = new Set(load.sites.map((site) => site.decoded));
    return {
      operators: load.work.map((work) => realiseOperator(work, whenOf(work, work.cost.name, load))),
      others: load.others.map((other) => ({ ...other, when: whenOf(other, other.name, load) })),
      sites: load.sites.map((site) => {
        const readsMeans = site.input === 'means';
        // A neuron that reads means keeps what it has emitted, and no potential.
        const both = site.input === 'increments' && summed.has(site.decoded);
        return { ...site, readsMeans, words: site.stateWords + (both ? 1 : 0) };
      }),
      sums: total([...summed].filter((value) => !decoded.has(value))),
      constants: total([...reread]),
    };
  },
});

function whenOf({ output }: FlowingOperator, name: string, { flow }: SpikingLoad): When {
  if (output === 'constant') return 'first';
  return output === 'means' && !flow.beforeNeurons.has(name) ? 'last' : 'every';
}

function realiseOperator(work: SynapticWork, when: When): RealisedOperator {
  const { cost, terms } = work;
  if (terms.length === 0) return { cost, ways: [{ triggered: [], dense: when, sums: 0 }] };
  if (!isProductOfSpikes(work)) {
    return { cost, ways: [{ triggered: terms.map((term) => ({ ...term, when: 'every' })), sums: 0 }] };
  }
  const [both, left, right] = terms as [
    (typeof terms)[number],
    (typeof terms)[number],
    (typeof terms)[number],
  ];
  const anew = { triggered: [{ ...both, when: 'first' as const }], dense: 'later' as const, sums: 0 };
  const addedTo = {
    triggered: [
      { ...left, when: 'every' as const },
      { ...right, when: 'later' as const },
    ],
    sums: cost.outputs,
  };
  return { cost, ways: [anew, addedTo] };
}
