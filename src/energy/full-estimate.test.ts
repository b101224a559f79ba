import { describe, expect, it } from 'vitest';
import { breakEven } from './break-even.ts';
import { fp32In45nm } from './devices/45nm-fp32.ts';
import { int8In45nm } from './devices/45nm-int8.ts';
import { devices } from './devices/devices.ts';
import { loihi } from './devices/loihi.ts';
import { totalEnergy } from './energy-breakdown.ts';
import { fullEstimate } from './full-estimate.ts';
import type { OperatorCost } from './operator-costs.ts';
import { weightFetches } from './price-list.ts';
import { quantisedDevice } from './quantised-device.ts';
import { quantisedEstimate, sourceEstimate } from './source-estimate.ts';
import type { SpikingLoad } from './spiking-load.ts';

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
const operations = { synaptic: [first, layer, head], others: [relu], unknown: [] };

/** Ten neurons with a base-2 ladder of 8 levels between two layers: 3 spikes in step 1, one in step 2. */
const load: SpikingLoad = {
  steps: 2,
  hiddenSteps: 0,
  work: [
    { cost: first, sites: [], terms: [] },
    { cost: layer, sites: ['site'], terms: [{ operations: [60, 20], scaling: 'shift' }] },
    { cost: head, sites: [], terms: [] },
  ],
  sites: [
    {
      name: 'site',
      neurons: 10,
      alphabet: { scaling: 'shift', values: 17, payloadBits: 4 },
      spikes: [3, 1],
      additions: 7,
      words: 1,
    },
  ],
  others: [relu],
  labels: [],
  stateful: { read: 4, passedOn: 6 },
};

/** Picojoules by hand. */
const fetchesOf = (p: number) => (200 / 10) * (1 - (1 - p) ** 10);
const steady = {
  firstLayer: 100 * 4.6 + 100 * 10,
  head: 20 * 4.6 + 20 * 10,
  nonSynaptic: (7 + 10) * 0.9 + (3 + 10) * 3.7,
  neurons: 10 * 7 * 0.9,
  state: 10 * 1 * 2 * 10 + 10 * 2 * 10,
};

describe('fullEstimate', () => {
  it('charges every term in 45 nm as counted by hand', () => {
    const [one, two] = fullEstimate(load, fp32In45nm).map((breakdown) =>
      Object.fromEntries(Object.entries(breakdown).map(([term, nanojoules]) => [term, nanojoules * 1000])),
    );
    const expected = {
      ...steady,
      synapses: 60 * (0.9 + 0.03),
      weights: fetchesOf(0.3) * 10,
      transfer: 2 * (8 + 10) * 10 + 2 * ((3 * 5) / 32) * 10,
    };
    for (const [term, picojoules] of Object.entries(expected))
      expect(one![term], term).toBeCloseTo(picojoules, 9);
    // The second step runs all of it again, with its own spikes.
    for (const [term, picojoules] of Object.entries(steady))
      expect(two![term], term).toBeCloseTo(2 * picojoules, 9);
    expect(two!.synapses).toBeCloseTo(80 * 0.93, 9);
    expect(two!.weights).toBeCloseTo((fetchesOf(0.3) + fetchesOf(0.1)) * 10, 9);
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
    expect(breakdown.firstLayer * 1000).toBeCloseTo(steady.firstLayer, 9);
    expect(breakdown.head * 1000).toBeCloseTo(steady.head, 9);
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
  it('finds the rate at which an operator costs what it costs in the source network', () => {
    const [result] = breakEven(load, fp32In45nm);
    expect(result).toMatchObject({ operator: 'layer', site: 'site' });
    expect(result!.rates).toEqual([0.3, 0.2]);
    const source = 200 * 4.6 + (200 / 10) * 10 + 2 * 10 * 10;
    const [always, rate] = result!.breakEvenRates;
    // One step costs less than the source network even if every neuron fires.
    expect(always).toBe(1);
    const spikes = 200 * rate! * 0.93 + fetchesOf(rate!) * 10 + 2 * ((10 * rate! * 5) / 32) * 10;
    const neurons = 10 * 7 * 0.9 + 10 * 20;
    expect(2 * (spikes + neurons)).toBeCloseTo(source, 6);
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
