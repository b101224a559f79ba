import { describe, expect, it } from 'vitest';
import { onnxDataType } from '../graph/data-type.ts';
import { Graph } from '../graph/graph.ts';
import { GraphBuilder } from '../graph/graph-builder.ts';
import { Model } from '../graph/model.ts';
import { float } from '../graph/node.ts';
import { Tensor } from '../graph/tensor.ts';
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

  const toFloat = { to: onnxDataType('float32') };
  const zero = (build: GraphBuilder) => build.scalar('zero', 0);
  const positive = (build: GraphBuilder, opType = 'Greater') => build.op(opType, ['x', zero(build)]);
  const zeros = (build: GraphBuilder) => build.constant('zeros', Tensor.float32([3, 1, 1], [0, 0, 0]));
  const spellings: readonly [string, (build: GraphBuilder) => string][] = [
    ['Clip without an upper bound', (build) => build.op('Clip', ['x', zero(build)])],
    ['Max(x, 0)', (build) => build.op('Max', ['x', zero(build)])],
    ['Max(0, x, 0)', (build) => build.op('Max', [zeros(build), 'x', zero(build)])],
    ['−Min(−x, 0)', (build) => build.op('Neg', [build.op('Min', [build.op('Neg', ['x']), zero(build)])])],
    ['Where(x > 0, x, 0)', (build) => build.op('Where', [positive(build), 'x', zero(build)])],
    [
      'Where(x ≥ 0, x, zeros)',
      (build) => build.op('Where', [positive(build, 'GreaterOrEqual'), 'x', zeros(build)]),
    ],
    ['Where(x < 0, 0, x)', (build) => build.op('Where', [positive(build, 'Less'), zero(build), 'x'])],
    [
      'Where(not x ≤ 0, x, 0)',
      (build) => build.op('Where', [build.op('Not', [positive(build, 'LessOrEqual')]), 'x', zero(build)]),
    ],
    [
      'Where(0 < x, x, zeros like x)',
      (build) => {
        const like = build.op('ConstantOfShape', [build.op('Shape', ['x'])]);
        return build.op('Where', [build.op('Less', [zero(build), 'x']), 'x', like]);
      },
    ],
    ['x·(x > 0)', (build) => build.op('Mul', ['x', build.op('Cast', [positive(build)], toFloat)])],
    [
      'x·max(sign x, 0)',
      (build) => build.op('Mul', [build.op('Max', [build.op('Sign', ['x']), zero(build)]), 'x']),
    ],
    [
      '(x + |x|)/2',
      (build) => build.op('Div', [build.op('Add', ['x', build.op('Abs', ['x'])]), build.scalar('two', 2)]),
    ],
    ['x − min(x, 0)', (build) => build.op('Sub', ['x', build.op('Min', ['x', zero(build)])])],
    ['PRelu of slope 0', (build) => build.op('PRelu', ['x', zeros(build)])],
    ['LeakyRelu of slope 0', (build) => build.op('LeakyRelu', ['x'], { alpha: float(0) })],
    ['ThresholdedRelu from 0 on', (build) => build.op('ThresholdedRelu', ['x'], { alpha: float(0) })],
    ['Elu of slope 0', (build) => build.op('Elu', ['x'], { alpha: float(0) })],
    ['ReLU of ReLU', (build) => build.op('Relu', [build.op('Relu', ['x'])])],
  ];

  it.each(spellings)('finds a ReLU in %s', (_, body) => {
    const graph = graphOf(body);
    const output = graph.outputs[0]!.name;
    expect(recogniseActivations(graph)).toMatchObject([{ activation: { kind: 'relu' }, input: 'x', output }]);
    const x = [-2, -0.5, 0, 0.25, 3];
    const outputs = evaluateModel(new Model(graph, 17), new Map([['x', ndArray([x.length], x)]]));
    expect(Array.from(outputs.get(output)!.data.slice(0, 5), Math.abs)).toEqual([0, 0, 0, 0.25, 3]);
  });

  it('finds a clipped ReLU of two choices', () => {
    const found = recognised((build) => {
      const above = build.op('Where', [positive(build), 'x', zero(build)]);
      const six = build.scalar('six', 6);
      return build.op('Where', [build.op('Less', [above, six]), above, six]);
    });
    expect(found).toMatchObject([{ activation: { kind: 'clip', upper: 6 }, input: 'x' }]);
  });

  it('does not take what the values between are read by others for one function', () => {
    const graph = graphOf((build) => {
      const is = build.op('Cast', [positive(build)], toFloat);
      return build.op('Add', [build.op('Mul', ['x', is]), build.op('Sin', [is])]);
    });
    expect(recogniseActivations(graph)).toEqual([]);
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
    expect(recognised((build) => build.op('ThresholdedRelu', ['x']))).toEqual([]);
    expect(recognised((build) => build.op('Where', [positive(build), zero(build), 'x']))).toEqual([]);
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
