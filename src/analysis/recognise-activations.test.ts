import { describe, expect, it } from 'vitest';
import { Graph } from '../graph/graph.ts';
import { GraphBuilder } from '../graph/graph-builder.ts';
import { Model } from '../graph/model.ts';
import { evaluateModel } from '../interpreter/evaluate-model.ts';
import { ndArray } from '../interpreter/nd-array.ts';
import { type Activation, activate, addActivationOperators } from './activation.ts';
import { recogniseActivations } from './recognise-activations.ts';

function graphOf(body: (build: GraphBuilder) => string): Graph {
  const graph = new Graph('activations');
  graph.addInput({ name: 'x', dataType: 'float32', shape: ['n'] });
  const result = body(new GraphBuilder(graph));
  graph.addOutput({ name: result, dataType: 'float32', shape: ['n'] });
  return graph;
}

function recognised(body: (build: GraphBuilder) => string) {
  return recogniseActivations(graphOf(body)).map(({ activation, input, output }) => ({
    activation,
    input,
    output,
  }));
}

describe('recogniseActivations', () => {
  it('finds a ReLU and a ReLU6', () => {
    expect(recognised((build) => build.op('Relu', ['x']))).toEqual([
      { activation: { kind: 'relu' }, input: 'x', output: 'relu' },
    ]);
    const relu6 = recognised((build) =>
      build.op('Clip', ['x', build.scalar('low', 0), build.scalar('high', 6)]),
    );
    expect(relu6).toEqual([{ activation: { kind: 'clip', upper: 6 }, input: 'x', output: 'clip' }]);
  });

  it('finds a ReLU that a Min bounds as one clip', () => {
    const found = recognised((build) =>
      build.op('Min', [build.op('Relu', ['x']), build.scalar('high', 2.5)]),
    );
    expect(found).toEqual([{ activation: { kind: 'clip', upper: 2.5 }, input: 'x', output: 'min' }]);
  });

  it('finds QCFS in both of the ways in which it is written', () => {
    const [levels, upper] = [8, 3.25];
    const clipLast = (build: GraphBuilder) => {
      const share = build.op('Div', ['x', build.scalar('upper', upper)]);
      const scaled = build.op('Mul', [share, build.scalar('levels', levels)]);
      const level = build.op('Floor', [build.op('Add', [scaled, build.scalar('half', 0.5)])]);
      const back = build.op('Div', [level, build.scalar('levels', levels)]);
      const clipped = build.op('Clip', [back, build.scalar('low', 0), build.scalar('high', 1)]);
      return build.op('Mul', [clipped, build.scalar('upper', upper)], {}, { name: 'result' });
    };
    const clipFirst = (build: GraphBuilder) => {
      const share = build.op('Div', ['x', build.scalar('upper', upper)]);
      const clipped = build.op('Clip', [share, build.scalar('low', 0), build.scalar('high', 1)]);
      const scaled = build.op('Mul', [clipped, build.scalar('levels', levels)]);
      const level = build.op('Floor', [build.op('Add', [scaled, build.scalar('half', 0.5)])]);
      const back = build.op('Div', [level, build.scalar('levels', levels)]);
      return build.op('Mul', [back, build.scalar('upper', upper)], {}, { name: 'result' });
    };
    const expected = [{ activation: { kind: 'qcfs', upper, levels }, input: 'x', output: 'result' }];
    expect(recognised(clipLast)).toEqual(expected);
    expect(recognised(clipFirst)).toEqual(expected);
  });

  it('takes the ReLU alone where arithmetic around it is no part of the activation', () => {
    const found = recognised((build) => {
      const scaled = build.op('Mul', ['x', build.scalar('two', 2)]);
      return build.op('Add', [build.op('Relu', [scaled]), build.scalar('one', 1)]);
    });
    expect(found).toEqual([{ activation: { kind: 'relu' }, input: 'mul', output: 'relu' }]);
  });

  it('leaves functions alone that no rate-coded neuron stands for', () => {
    const below = recognised((build) =>
      build.op('Clip', ['x', build.scalar('low', -1), build.scalar('high', 1)]),
    );
    expect(below).toEqual([]);
    expect(recognised((build) => build.op('LeakyRelu', ['x']))).toEqual([]);
  });
});

describe('addActivationOperators', () => {
  const activations: Activation[] = [
    { kind: 'identity' },
    { kind: 'relu' },
    { kind: 'clip', upper: 6 },
    { kind: 'qcfs', upper: 1.5, levels: 4 },
  ];

  it.each(activations)('computes $kind as activate() does', (activation) => {
    const graph = graphOf((build) =>
      build.op('Identity', [addActivationOperators(build, activation, 'x')], {}, { name: 'y' }),
    );
    const x = [-3, -0.1, 0, 0.1, 0.2, 0.7, 1.4, 5.9, 6.5, 100];
    const outputs = evaluateModel(new Model(graph, 17), new Map([['x', ndArray([x.length], x)]]));
    const got = [...outputs.get('y')!.data];
    for (const [i, value] of x.entries()) expect(got[i]).toBeCloseTo(activate(activation, value), 12);
  });
});
