import { describe, expect, it } from 'vitest';
import { Graph } from '../graph/graph.ts';
import { GraphBuilder } from '../graph/graph-builder.ts';
import { Model } from '../graph/model.ts';
import { sizeOf } from '../graph/shape.ts';
import { Tensor } from '../graph/tensor.ts';
import { ecmtRatio } from './ecmt-ratio.ts';
import { operatorCosts } from './operator-costs.ts';

/** A chain of every synaptic operator on a 2×6×6 image. */
function chain(): Model {
  const graph = new Graph('chain');
  graph.setInputs([{ name: 'x', dataType: 'float32', shape: ['batch', 2, 6, 6] }]);
  const build = new GraphBuilder(graph);
  const weight = (name: string, ...shape: number[]) =>
    build.constant(name, Tensor.float32(shape, new Float32Array(sizeOf(shape))));
  const conv = build.op('Conv', ['x', weight('w1', 4, 1, 3, 3)], { group: 2 }, { name: 'conv' });
  const up = build.op('ConvTranspose', [conv, weight('w2', 4, 3, 2, 2)], {}, { name: 'up' });
  const rows = build.op('Reshape', [up, build.integers('rows', [0, 3, 25])]);
  const product = build.op('Einsum', [rows, rows], { equation: '...ij,...kj->...ik' }, { name: 'einsum' });
  const turned = build.op('MatMul', [product, weight('w3', 3, 7)], {}, { name: 'matmul' });
  const flat = build.op('Flatten', [turned], { axis: 1 });
  build.op('Gemm', [flat, weight('w4', 5, 21)], { transB: 1 }, { name: 'y' });
  graph.setOutputs([{ name: 'y', dataType: 'float32', shape: ['batch', 5] }]);
  return new Model(graph, 17);
}

describe('operatorCosts', () => {
  it('counts the products of every operator', async () => {
    const costs = new Map((await operatorCosts(chain())).map(({ name, macs }) => [name, macs]));
    expect(Object.fromEntries(costs)).toEqual({
      conv: 4 * 4 * 4 * (1 * 3 * 3),
      up: 4 * 4 * 4 * (3 * 2 * 2),
      einsum: 3 * 3 * 25,
      matmul: 3 * 7 * 3,
      y: 5 * 21,
    });
  });
});

describe('ecmtRatio', () => {
  const sparse = { name: 'a', macs: 100, operations: [10, 20], dense: false };

  it('bills a spike as an addition and what no spikes feed as in the source network', () => {
    expect(ecmtRatio([sparse])).toEqual([(0.9 / 4.6) * 0.1, ((0.9 / 4.6) * 30) / 100]);
    const analog = { name: 'b', macs: 100, operations: [100, 100], dense: true };
    expect(ecmtRatio([sparse, analog])[0]).toBeCloseTo(((0.9 / 4.6) * 10 + 100) / 200, 12);
  });

  it('bills hidden steps with the first one', () => {
    expect(ecmtRatio([sparse], 1)).toEqual([((0.9 / 4.6) * 30) / 100]);
  });
});
