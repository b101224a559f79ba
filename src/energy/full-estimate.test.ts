import { describe, expect, it } from 'vitest';
import { Graph } from '../graph/graph.ts';
import { node } from '../graph/node.ts';
import type { EnergyBreakdown } from '../results/energy-result.ts';
import { breakEven } from './break-even.ts';
import { fp32In45nm } from './devices/45nm-fp32.ts';
import { int8In45nm } from './devices/45nm-int8.ts';
import { devices } from './devices/devices.ts';
import { loihi } from './devices/loihi.ts';
import { mapTerms, totalEnergy } from './energy-breakdown.ts';
import { fullEstimate, realisedEstimate } from './full-estimate.ts';
import type { OperatorCost } from './operator-costs.ts';
import { weightFetches } from './price-list.ts';
import { quantisedDevice } from './quantised-device.ts';
import { increments } from './realisations/increments.ts';
import { runningMeans } from './realisations/running-means.ts';
import { quantisedEstimate, sourceEstimate } from './source-estimate.ts';
import type { SpikingLoad } from './spiking-load.ts';
import type { Flow } from './value-flow.ts';

const cost = (
  name: string,
  macs: number,
  words: number,
  size: number,
  place: Partial<OperatorCost> = {},
) => ({
  name,
  kind: 'linear' as const,
  first: false,
  head: false,
  operands: [{ value: `${name}.in`, size }],
  macs,
  words,
  outputs: 1,
  ...place,
});

const first = cost('first', 100, 100, 8, { first: true });
const layer = cost('layer', 200, 20, 10);
const head = cost('head', 20, 20, 10, { head: true });
const relu = {
  name: 'relu',
  opType: 'Relu',
  linear: false,
  additions: 7,
  multiplications: 3,
  inputs: [],
  outputs: [],
};
const operations = { synaptic: [first, layer, head], others: [relu] };

const flow = (kinds: Record<string, Flow>, more: Partial<SpikingLoad['flow']> = {}): SpikingLoad['flow'] => ({
  flowOf: new Map(Object.entries(kinds)),
  summed: new Set(),
  reread: new Set(),
  beforeNeurons: new Set(),
  ...more,
});

/** Ten neurons with a base-2 ladder of 8 levels between two layers: 3 spikes in step 1, one in step 2. */
const load: SpikingLoad = {
  steps: 2,
  hiddenSteps: 0,
  work: [
    { cost: first, sites: [], terms: [], output: 'constant' },
    {
      cost: layer,
      sites: ['site'],
      terms: [{ operations: [60, 20], scaling: 'shift', meets: 'number' }],
      output: 'increments',
    },
    { cost: head, sites: [], terms: [], output: 'means' },
  ],
  sites: [
    {
      name: 'site',
      decoded: 'site.decoded',
      neurons: 10,
      alphabet: { scaling: 'shift', values: 17, payloadBits: 4 },
      spikes: [3, 1],
      comparisons: 5,
      stateWords: 1,
      input: 'constant',
    },
  ],
  others: [
    {
      ...relu,
      output: 'means',
      inputs: [{ value: 'layer.out', size: 4 }],
      outputs: [{ value: 'relu.out', size: 6 }],
    },
  ],
  labels: [{ name: 'relu', opType: 'Relu', label: 'stateful', operations: 10 }],
  flow: flow({}, { summed: new Set(['layer.out']), reread: new Set(['first.out']) }),
  sizes: new Map([
    ['layer.out', 4],
    ['first.out', 10],
  ]),
  graph: emptyGraph(),
};

/** The output of the activation function leaves for the head. */
function emptyGraph(): Graph {
  const graph = new Graph('part');
  graph.append(node('MatMul', ['relu.out', 'w'], ['y'], {}, { name: 'head' }));
  return graph;
}

/** Picojoules by hand. */
const fetchesOf = (p: number) => (200 / 10) * (1 - (1 - p) ** 10);
const dense = { firstLayer: 100 * 4.6 + 100 * 10, head: 20 * 4.6 + 20 * 10, relu: 7 * 0.9 + 3 * 3.7 };
const spikeTransfer = (spikes: number) => 2 * ((spikes * 5) / 32) * 10;
const inPicojoules = (of: EnergyBreakdown) => mapTerms((term) => of[term] * 1000);

function expectTerms(of: EnergyBreakdown | undefined, expected: Partial<EnergyBreakdown>) {
  for (const [term, picojoules] of Object.entries(expected)) {
    expect(inPicojoules(of!)[term as keyof EnergyBreakdown], term).toBeCloseTo(picojoules, 9);
  }
}

describe('a run in increments', () => {
  const runs = realisedEstimate(load, increments, fp32In45nm);

  it('of one step reads and writes nothing, and only compares in its neurons', () => {
    expectTerms(runs[0], {
      firstLayer: dense.firstLayer,
      head: dense.head,
      synapses: 60 * (0.9 + 0.03),
      weights: fetchesOf(0.3) * 10,
      nonSynaptic: dense.relu,
      neurons: 10 * 5 * 0.9,
      state: 0,
      transfer: 2 * (8 + 10) * 10 + spikeTransfer(3),
    });
  });

  it('runs everything again in step 2, and carries potentials and the sums of what is read and passed on from 1 to 2', () => {
    const [sums, potentials] = [4 + 6, 10];
    expectTerms(runs[1], {
      firstLayer: 2 * dense.firstLayer,
      head: 2 * dense.head,
      synapses: 80 * 0.93,
      weights: (fetchesOf(0.3) + fetchesOf(0.1)) * 10,
      nonSynaptic: 2 * dense.relu + sums * (0.9 + 3.7),
      neurons: 10 * (2 * 5 + 2) * 0.9,
      state: 2 * (sums + potentials) * 10,
      transfer: 2 * 2 * (8 + 10) * 10 + spikeTransfer(4),
    });
  });
});

describe('a run on running means', () => {
  const runs = realisedEstimate(load, runningMeans, fp32In45nm);

  it('of one step is what it is in increments', () => {
    expectTerms(runs[0], inPicojoules(realisedEstimate(load, increments, fp32In45nm)[0]!));
  });

  it('calculates the first layer once, the head when it is asked, and keeps what is read alone', () => {
    expectTerms(runs[1], {
      firstLayer: dense.firstLayer,
      head: dense.head,
      nonSynaptic: dense.relu + 4 * (0.9 + 3.7),
      neurons: 10 * (2 * 5 + 2) * 0.9,
      // Sums, what the neurons have emitted, and the first layer's output are written in step 1 and read in step 2.
      state: 2 * (4 + 10 + 10) * 10,
      transfer: 2 * (8 + 10) * 10 + spikeTransfer(4),
    });
  });

  it('that may stop at any step answers and writes at each', () => {
    const [one, two] = realisedEstimate(load, runningMeans, fp32In45nm, { anytime: true });
    expectTerms(one, { head: dense.head, state: (4 + 10 + 10) * 10, neurons: 10 * (5 + 1) * 0.9 });
    expectTerms(two, {
      head: 2 * dense.head,
      state: (3 * (4 + 10) + 2 * 10) * 10,
      firstLayer: dense.firstLayer,
    });
  });

  it('multiplies where neurons make their potential of a mean, and keeps the potential beside what was emitted where both are needed', () => {
    const [site] = load.sites;
    const with2 = (input: Flow, summed: string[]) =>
      realisedEstimate(
        { ...load, sites: [{ ...site!, input }], flow: flow({}, { summed: new Set(summed) }) },
        runningMeans,
        fp32In45nm,
      )[1];
    expectTerms(with2('means', ['site.decoded']), { neurons: 10 * (12 * 0.9 + 3.7), state: 2 * 10 * 10 });
    expectTerms(with2('increments', ['site.decoded']), { neurons: 10 * 12 * 0.9, state: 2 * 20 * 10 });
    expectTerms(with2('increments', []), { state: 2 * 10 * 10 });
  });

  describe('with a product of two trains', () => {
    const product = { ...cost('product', 50, 5, 10), kind: 'product' as const, outputs: 3 };
    const counts = { both: [10, 8], left: [10, 20], right: [10, 30] };
    const work: SpikingLoad['work'][0] = {
      cost: product,
      sites: ['site', 'site'],
      terms: [
        { operations: counts.both, scaling: 'shift', meets: 'spike' },
        { operations: counts.left, scaling: 'shift', meets: 'number' },
        { operations: counts.right, scaling: 'shift', meets: 'number' },
      ],
      output: 'means',
    };
    const one: SpikingLoad = { ...load, work: [work], others: [], labels: [], sites: [], flow: flow({}) };
    const fetches = (operations: number) => 5 * (1 - (1 - operations / 50) ** 10) * 10;

    it('is one product in step 1, and then calculated anew or added to, whichever costs less', () => {
      const [first, second] = realisedEstimate(one, runningMeans, fp32In45nm);
      expectTerms(first, { synapses: 10 * 0.93, weights: fetches(10), state: 0 });
      // Anew: 50 multiplications. Added to: 20 and 30 spikes, and three sums written and read again.
      expectTerms(second, {
        synapses: (10 + 20 + 30) * 0.93,
        weights: fetches(10) + fetches(20) + fetches(30),
        state: 2 * 3 * 10,
        nonSynaptic: 3 * (0.9 + 3.7),
      });
      const busy = { ...work, cost: { ...product, outputs: 3000 } };
      expectTerms(realisedEstimate({ ...one, work: [busy] }, runningMeans, fp32In45nm)[1], {
        synapses: 10 * 0.93 + 50 * 4.6,
        state: 0,
      });
    });

    it('is three in increments, but for step 1, before which the sums are empty', () => {
      const [first, second] = realisedEstimate(one, increments, fp32In45nm);
      expectTerms(first, { synapses: 10 * 0.93, state: 0 });
      expectTerms(second, { synapses: (10 + 8 + 20 + 30) * 0.93, state: 2 * 3 * 10 });
    });
  });
});

describe('fullEstimate', () => {
  it('takes the realisation that costs least', () => {
    expect(fullEstimate(load, fp32In45nm)).toEqual(realisedEstimate(load, runningMeans, fp32In45nm));
  });

  it('bills hidden steps with step 1', () => {
    const [both] = fullEstimate({ ...load, hiddenSteps: 1 }, fp32In45nm);
    expect(both).toEqual(fullEstimate(load, fp32In45nm)[1]);
  });

  it('multiplies with spikes of other ladders, and only adds single-level spikes', () => {
    const synapses = (scaling: 'none' | 'multiplication') => {
      const [before, work, after] = load.work as [
        SpikingLoad['work'][0],
        SpikingLoad['work'][0],
        SpikingLoad['work'][0],
      ];
      const scaled = { ...work, terms: [{ ...work.terms[0]!, scaling }] };
      return fullEstimate({ ...load, work: [before, scaled, after] }, fp32In45nm)[0]!.synapses;
    };
    expect(synapses('none')).toBeCloseTo(0.06 * 0.9, 12);
    expect(synapses('multiplication')).toBeCloseTo(0.06 * 4.6, 12);
  });

  it('charges events on Loihi', () => {
    const [one] = fullEstimate(load, loihi);
    expect(one!.synapses * 1000).toBeCloseTo(60 * 23.6, 9);
    expect(one!.neurons * 1000).toBeCloseTo(10 * 81, 9);
    expect(one!.transfer * 1000).toBeCloseTo((8 + 10 + 3) * 1.7, 9);
    expect([one!.weights, one!.state]).toEqual([0, 0]);
  });
});

describe('sourceEstimate', () => {
  it('charges multiply-accumulations, fetches, other arithmetic and activations as counted by hand', () => {
    const breakdown = sourceEstimate(operations, fp32In45nm);
    expect(breakdown.synapses * 1000).toBeCloseTo(200 * 4.6, 9);
    expect(breakdown.weights * 1000).toBeCloseTo((200 / 10) * 10, 9);
    expect(breakdown.firstLayer * 1000).toBeCloseTo(dense.firstLayer, 9);
    expect(breakdown.head * 1000).toBeCloseTo(dense.head, 9);
    expect(breakdown.nonSynaptic * 1000).toBeCloseTo(7 * 0.9 + 3 * 3.7, 9);
    expect(breakdown.transfer * 1000).toBeCloseTo(2 * (8 + 10 + 10) * 10, 9);
    expect([breakdown.neurons, breakdown.state]).toEqual([0, 0]);
  });
});

describe('quantisedEstimate', () => {
  it('is the 8-bit device at 8 bits', () => {
    expect(totalEnergy(quantisedEstimate(operations, () => 8))).toBeCloseTo(
      totalEnergy(sourceEstimate(operations, int8In45nm)),
      12,
    );
  });

  it('scales to 32 bits within 20 % of what Horowitz lists there', () => {
    const { multiplyAccumulate } = quantisedDevice(32).figures;
    expect(multiplyAccumulate.picojoules).toBeCloseTo(3.2 + 0.12, 9);
    expect(Math.abs(multiplyAccumulate.picojoules / (3.1 + 0.1) - 1)).toBeLessThan(0.2);
    expect(quantisedDevice(4).figures.multiplyAccumulate.picojoules).toBeCloseTo(0.05 + 0.015, 12);
  });
});

describe('weightFetches', () => {
  it('fetches for every operation without reuse, and once a group of positions in the dense layer', () => {
    expect(weightFetches(layer, 0.3, 1)).toBeCloseTo(60, 9);
    expect(weightFetches(layer, 1, 4)).toBe(50);
    expect(weightFetches(layer, 1)).toBe(20);
    expect(weightFetches(layer, 0)).toBe(0);
  });
});

describe('breakEven', () => {
  it('finds the rate at which a run of an operator costs what it costs in the source network', () => {
    const [site] = load.sites;
    const longer = { ...load, steps: 3, sites: [{ ...site!, spikes: [3, 1, 2] }] };
    const [result] = breakEven(longer, fp32In45nm);
    expect(result).toMatchObject({ operator: 'layer', site: 'site' });
    expect(result!.rates).toEqual([0.3, 0.2, 0.2]);
    const source = 200 * 4.6 + (200 / 10) * 10 + 2 * 10 * 10;
    const [one, two, rate] = result!.breakEvenRates;
    // One step and two cost less than the source network even if every neuron fires.
    expect([one, two]).toEqual([1, 1]);
    const spikes = 200 * rate! * 0.93 + fetchesOf(rate!) * 10 + spikeTransfer(10 * rate!);
    // All steps compare; two reset and write, two read and integrate.
    const neurons = 10 * (3 * 5 + 4) * 0.9 + 10 * 4 * 10;
    expect(3 * spikes + neurons).toBeCloseTo(source, 6);
  });

  it('has no rate where silent neurons cost more already', () => {
    const [site] = load.sites;
    const crowded = { ...load, sites: [{ ...site!, neurons: 1000 }] };
    expect(breakEven(crowded, fp32In45nm)[0]!.breakEvenRates).toEqual([null, null]);
  });
});

describe('devices', () => {
  it('have names of their own, and a source for every figure', () => {
    expect(new Set(devices.map(({ name }) => name)).size).toBe(devices.length);
    for (const { name, figures } of devices) {
      for (const [figure, entry] of Object.entries(figures)) {
        if (typeof entry === 'string') continue;
        expect(entry.source, `${name}: ${figure}`).toMatch(/(doi:|arXiv:)\S+/);
        expect(entry.picojoules).toBeGreaterThanOrEqual(0);
      }
    }
  });
});
