import { describe, expect, it } from 'vitest';
import { Graph } from '../graph/graph.ts';
import { GraphBuilder } from '../graph/graph-builder.ts';
import { Tensor } from '../graph/tensor.ts';
import { addActivationOperators, smoothActivations } from './activation.ts';
import { recogniseSmoothActivation } from './recognise-smooth-activation.ts';

/** A layer's bias and what is built after it. */
function recognised(after: (build: GraphBuilder, biased: string) => string) {
  const graph = new Graph('activation');
  graph.addInput({ name: 'x', dataType: 'float32', shape: ['batch', 2] });
  const build = new GraphBuilder(graph);
  const bias = build.constant('bias', Tensor.float32([2], [0.5, -0.5]));
  return recogniseSmoothActivation(graph, after(build, build.op('Add', ['x', bias], {}, { name: 'biased' })));
}

describe('recognising a smooth activation', () => {
  it.each(smoothActivations)('finds %s in its own operators, and what it is applied to', (kind) => {
    const found = recognised((build, biased) => addActivationOperators(build, { kind }, biased));
    expect(found).toEqual({ kind, input: 'biased' });
  });

  it('finds GELU as a single operator and in another order', () => {
    expect(recognised((build, x) => build.op('Gelu', [x]))).toEqual({ kind: 'gelu', input: 'biased' });
    const other = recognised((build, x) => {
      const bell = build.op('Erf', [build.op('Mul', [x, build.scalar('inverse', Math.SQRT1_2)])]);
      const gate = build.op('Mul', [build.op('Add', [build.scalar('one', 1), bell]), x]);
      return build.op('Div', [gate, build.scalar('two', 2)]);
    });
    expect(other).toEqual({ kind: 'gelu', input: 'biased' });
  });

  it('finds nothing in a scaled GELU, in a sum, or in a tensor that no function made', () => {
    const scaled = recognised((build, x) =>
      build.op('Mul', [addActivationOperators(build, { kind: 'gelu' }, x), build.scalar('s', 1.01)]),
    );
    const sum = recognised((build, x) => build.op('Add', [build.op('Sigmoid', [x]), 'x']));
    expect([scaled, sum, recognised((_build, x) => x)]).toEqual([undefined, undefined, undefined]);
  });
});
