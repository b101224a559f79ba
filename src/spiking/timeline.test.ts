import { describe, expect, it } from 'vitest';
import { Graph } from '../graph/graph.ts';
import { node } from '../graph/node.ts';
import { Tensor } from '../graph/tensor.ts';
import { integrateAndFire } from '../neurons/integrate-and-fire.ts';
import { spikeOnce } from '../neurons/spike-once.ts';
import { latencyOf, timelineOf, windowsOf } from './timeline.ts';

describe('timelineOf', () => {
  it('says whether steps are those of one run, or runs of their own', () => {
    expect(timelineOf([])).toBe('steps');
    expect(timelineOf([{ name: 'a', neuron: integrateAndFire }])).toBe('steps');
    expect(timelineOf([{ name: 'a', neuron: spikeOnce }])).toBe('slots');
  });

  it('refuses neurons that do not agree', () => {
    const sites = [
      { name: 'a', neuron: spikeOnce },
      { name: 'b', neuron: integrateAndFire },
    ];
    expect(() => timelineOf(sites)).toThrow(
      "site 'b': neuron 'integrate-and-fire': expected neurons whose time-steps are slots, as at site 'a', got steps. Give all neurons of a network the same timeline.",
    );
  });
});

describe('latencyOf', () => {
  /** Two ways from x to y: over a and b, and over c alone. */
  function network(shares: Readonly<Record<string, number>>) {
    const graph = new Graph('ways');
    graph.addInput({ name: 'x', dataType: 'float32', shape: [1] });
    graph.addOutput({ name: 'y', dataType: 'float32', shape: [1] });
    const nodes = [
      node('Relu', ['x'], ['a'], {}, { name: 'a' }),
      node('Relu', ['a'], ['b'], {}, { name: 'b' }),
      node('Relu', ['x'], ['c'], {}, { name: 'c' }),
      node('Add', ['b', 'c'], ['y'], {}, { name: 'sum' }),
    ];
    for (const each of nodes) graph.append(each);
    const sites = nodes.slice(0, 3).map((each) => ({
      node: each,
      neuron: spikeOnce,
      parameters: { slotShare: Tensor.float32([], [shares[each.name] ?? 1]) },
    }));
    return { graph, sites };
  }

  it('adds up the windows on the way that lasts longest', () => {
    const { graph, sites } = network({ a: 0.5, b: 0.25 });
    expect(windowsOf(graph, sites)).toBe(2);
    expect([1, 4, 8].map((t) => latencyOf(graph, sites, t))).toEqual([2, 4, 8]);
    const shortened = network({ a: 0.25, b: 0.25 });
    expect(latencyOf(shortened.graph, shortened.sites, 8)).toBe(8);
    const equal = network({});
    expect(latencyOf(equal.graph, equal.sites, 8)).toBe(16);
  });
});
