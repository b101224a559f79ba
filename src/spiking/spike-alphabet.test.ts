import { describe, expect, it } from 'vitest';
import { Graph } from '../graph/graph.ts';
import { Model } from '../graph/model.ts';
import { node } from '../graph/node.ts';
import { fewSpikes } from '../neurons/few-spikes.ts';
import { fewSpikesFunction } from '../neurons/few-spikes-function.ts';
import { integrateAndFire } from '../neurons/integrate-and-fire.ts';
import { multiThreshold } from '../neurons/multi-threshold.ts';
import { scaleAndFire } from '../neurons/scale-and-fire.ts';
import { stBif } from '../neurons/st-bif.ts';
import { insertNeurons, type NeuronSpec, sitesOf } from './neuron-node.ts';
import { spikeAlphabet } from './spike-alphabet.ts';

function alphabet(spec: NeuronSpec) {
  const graph = new Graph('one site');
  graph.setInputs([{ name: 'x', dataType: 'float32', shape: ['batch', 2] }]);
  const reader = node('Identity', ['x'], ['y']);
  graph.append(reader);
  graph.setOutputs([{ name: 'y', dataType: 'float32', shape: ['batch', 2] }]);
  const model = new Model(graph, 17);
  const readers = [{ node: reader.name, input: 0 }];
  insertNeurons(model, { name: 'site', value: 'x', readers, ...spec }, () => reader);
  return spikeAlphabet(sitesOf(model)[0]!);
}

const both = { thresholdPositive: 0.02, thresholdNegative: 0.7 };

describe('spikeAlphabet', () => {
  it('has one value beside silence for integrate-and-fire neurons', () => {
    const parameters = { threshold: 2, initialPotential: 1, amplitude: 2 };
    expect(alphabet({ neuron: integrateAndFire, attributes: { activation: 'relu' }, parameters })).toEqual({
      scaling: 'none',
      values: 2,
      payloadBits: 0,
    });
  });

  it.each([
    [2, 'shift'],
    [4, 'shift'],
    [Math.SQRT2, 'multiplication'],
  ])('has 2n values beside silence for a ladder of base %f', (base, scaling) => {
    const spec = { neuron: multiThreshold, attributes: { levels: 8, base, rule: 'nearest' } };
    const parameters = { ...both, deadZone: 0.5 };
    expect(alphabet({ ...spec, parameters })).toEqual({ scaling, values: 17, payloadBits: 4 });
  });

  it('has sums of the worths of its code for a neuron that computes a function', () => {
    const found = alphabet({ neuron: fewSpikesFunction, attributes: { code: 'gelu-12' }, parameters: {} });
    expect(found.scaling).toBe('multiplication');
    expect(found.values).toBeGreaterThan(12);
    expect(found.payloadBits).toBe(4);
  });

  it('counts spikes that take others back, which no first step has', () => {
    const attributes = { lowest: 0, highest: 15 };
    expect(alphabet({ neuron: stBif, attributes, parameters: { threshold: 0.1 } })).toEqual({
      scaling: 'none',
      values: 3,
      payloadBits: 1,
    });
  });

  it('has all binary numbers, but only one spike a digit, for few-spikes neurons', () => {
    expect(alphabet({ neuron: fewSpikes, attributes: { bits: 4 }, parameters: both })).toEqual({
      scaling: 'shift',
      values: 31,
      payloadBits: 3,
    });
  });

  it('knows units that come one by one from units that come as one number', () => {
    const of = (spikes: string) =>
      alphabet({ neuron: scaleAndFire, attributes: { units: 7, spikes }, parameters: both });
    expect(of('unary')).toEqual({ scaling: 'none', values: 15, payloadBits: 1 });
    expect(of('graded')).toEqual({ scaling: 'multiplication', values: 15, payloadBits: 4 });
  });
});
