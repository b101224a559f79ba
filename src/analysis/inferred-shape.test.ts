import { describe, expect, it } from 'vitest';
import { Graph } from '../graph/graph.ts';
import { GraphBuilder } from '../graph/graph-builder.ts';
import { Tensor } from '../graph/tensor.ts';
import { inferredShape } from './inferred-shape.ts';

function shapeOf(body: (build: GraphBuilder) => string) {
  const graph = new Graph('shapes');
  graph.setInputs([{ name: 'x', dataType: 'float32', shape: ['batch', 5, 8] }]);
  const value = body(new GraphBuilder(graph));
  return inferredShape(graph, value);
}

const matrix = (build: GraphBuilder, ...shape: number[]) =>
  build.constant('w', Tensor.float32(shape, new Float32Array(shape.reduce((a, b) => a * b, 1))));

describe('inferredShape', () => {
  it('follows products, sums and what moves axes', () => {
    expect(
      shapeOf((build) =>
        build.op('Add', [build.op('MatMul', ['x', matrix(build, 8, 12)]), matrix(build, 12)]),
      ),
    ).toEqual(['batch', 5, 12]);
    expect(shapeOf((build) => build.op('Transpose', ['x'], { perm: [0, 2, 1] }))).toEqual(['batch', 8, 5]);
    expect(shapeOf((build) => build.op('Gemm', ['x', matrix(build, 3, 8)], { transB: 1 }))).toEqual([
      undefined,
      3,
    ]);
  });

  it('knows what is left of a Reshape, and of a Slice', () => {
    expect(shapeOf((build) => build.op('Reshape', ['x', build.integers('to', [0, 0, 2, -1])]))).toEqual([
      'batch',
      5,
      2,
      4,
    ]);
    expect(shapeOf((build) => build.op('Reshape', ['x', build.integers('to', [-1, 8])]))).toEqual([
      undefined,
      8,
    ]);
    const cut = ['from', 'to', 'axis', 'step'].map((hint, i) => [hint, [[1], [-1], [-1], [2]][i]!] as const);
    expect(
      shapeOf((build) =>
        build.op('Slice', ['x', ...cut.map(([hint, values]) => build.integers(hint, values))]),
      ),
    ).toEqual(['batch', 5, 3]);
  });

  it('says nothing of what it does not know', () => {
    expect(shapeOf((build) => build.op('NonZero', ['x']))).toBeUndefined();
  });
});
