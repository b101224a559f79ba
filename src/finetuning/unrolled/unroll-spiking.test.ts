import { describe, expect, it } from 'vitest';
import { activationSites } from '../../analysis/activation-sites.ts';
import { drawInputs, relativeError } from '../../differentiation/central-differences.fixture.ts';
import { differentiate } from '../../differentiation/differentiate.ts';
import type { AnyNeuron } from '../../dynamics/define-neuron.ts';
import { Graph } from '../../graph/graph.ts';
import { GraphBuilder } from '../../graph/graph-builder.ts';
import { Model } from '../../graph/model.ts';
import type { Node } from '../../graph/node.ts';
import { Tensor } from '../../graph/tensor.ts';
import type { CustomOperator } from '../../interpreter/block.ts';
import { evaluateModel } from '../../interpreter/evaluate-model.ts';
import { type NdArray, ndArray } from '../../interpreter/nd-array.ts';
import { differentialMultiThreshold } from '../../neurons/differential-multi-threshold.ts';
import { integrateAndFire } from '../../neurons/integrate-and-fire.ts';
import { leakyIntegrateAndFire } from '../../neurons/leaky-integrate-and-fire.ts';
import { multiThreshold } from '../../neurons/multi-threshold.ts';
import { stBif } from '../../neurons/st-bif.ts';
import { Random } from '../../random.ts';
import { toSpikingForm } from '../../spiking/spiking-form.ts';
import { type UnrollOptions, unrollSpiking } from './unroll-spiking.ts';

const random = new Random(4);
const draw = (shape: number[], low: number, high: number) =>
  Tensor.float32(
    shape,
    Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => random.uniform(low, high)),
  );

/** relu(x·w1 + b1) → relu(·w2) + the first → ·w3: with a shortcut around the second spiking layer. */
function residual(): Model {
  const graph = new Graph('residual');
  graph.addInput({ name: 'x', dataType: 'float32', shape: ['batch', 4] });
  graph.addOutput({ name: 'logits', dataType: 'float32', shape: ['batch', 2] });
  const build = new GraphBuilder(graph);
  for (const [name, shape] of [
    ['w1', [4, 5]],
    ['b1', [5]],
    ['w2', [5, 5]],
    ['w3', [5, 2]],
  ] as const)
    graph.setInitializer(name, draw([...shape], -0.6, 1));
  const first = build.op('Relu', [build.op('Add', [build.op('MatMul', ['x', 'w1']), 'b1'])]);
  const second = build.op('Relu', [build.op('MatMul', [first, 'w2'])]);
  build.op('MatMul', [build.op('Add', [first, second]), 'w3'], {}, { name: 'logits' });
  return new Model(graph, 17);
}

type Values = Readonly<Record<string, number>>;

function spiking(neuron: AnyNeuron, attributes: object, parameters: Values, steps: number): Model {
  const source = residual();
  const spec = { neuron, attributes: neuron.attributes.parse(attributes), parameters };
  const placed = activationSites(source.graph).map((site) => ({ ...site, ...spec }));
  return toSpikingForm(source, placed, steps);
}

const batch = drawInputs([{ shape: [3, 4], low: -0.5, high: 1.5 }], 7).get('x0')!;
const steps = 4;
const own = { threshold: 0.7, initialPotential: 0.2, amplitude: 0.6 };

const cases: [string, AnyNeuron, object, Values][] = [
  ['integrate-and-fire', integrateAndFire, {}, own],
  ['leaky', leakyIntegrateAndFire, {}, { ...own, leak: 0.9 }],
  ['leaky, exceeding', leakyIntegrateAndFire, { fires: 'exceeding' }, { ...own, leak: 1 }],
  [
    'multi-threshold',
    multiThreshold,
    { levels: 3 },
    { thresholdPositive: 0.2, thresholdNegative: 0.1, deadZone: 0.5 },
  ],
  [
    'differential',
    differentialMultiThreshold,
    { levels: 3 },
    { thresholdPositive: 0.2, thresholdNegative: 0.1, deadZone: 0.8, onset: 2 },
  ],
  ['leaky, delayed', leakyIntegrateAndFire, { order: 'delayed' }, { ...own, leak: 0.8 }],
];

/** Coupled values as tangents at where they were, and detached ones as they were: what the backward rules mean. */
function linearised(base: Map<string, NdArray[]>, record: boolean) {
  const held: (
    node: Node,
    tangent: (now: readonly NdArray[], then: readonly NdArray[]) => number[],
  ) => CustomOperator = (node, tangent) => (inputs) => {
    const now = inputs as NdArray[];
    if (record) base.set(node.name, now);
    return [ndArray(now.at(-1)!.shape, tangent(now, base.get(node.name)!))];
  };
  return (node: Node) => {
    if (node.opType === 'StopGradient') return held(node, (_now, [value]) => [...value!.data]);
    if (node.opType === 'CoupledAsIs') {
      return held(node, ([, carrier], [value, was]) =>
        Array.from(carrier!.data, (x, i) => value!.data[i]! + x - was!.data[i]!),
      );
    }
    if (node.opType !== 'Coupled') return undefined;
    return held(node, ([, carrier], [value, was, slope]) =>
      Array.from(carrier!.data, (x, i) => value!.data[i]! + slope!.data[i]! * (x - was!.data[i]!)),
    );
  };
}

describe('unrollSpiking', () => {
  it.each(cases)(
    'computes what the spiking network computes after T steps (%s)',
    (_name, neuron, attributes, parameters) => {
      const network = spiking(neuron, attributes, parameters, steps);
      const logits = evaluateModel(network, { x: batch }).get('logits')!;
      for (const readout of ['mean', 'sum'] as const) {
        const { model, sites } = unrollSpiking(network, { steps, batchSize: 3, readout });
        const found = evaluateModel(model, { x: batch }).get('logits')!;
        expect(found.shape).toEqual([3, 2]);
        const factor = readout === 'sum' ? steps : 1;
        for (const [i, value] of found.data.entries())
          expect(value).toBeCloseTo(factor * logits.data[(steps - 1) * 6 + i]!, 5);
        const spikes = [...sites.values()].flatMap((site) => site.spikes);
        const made = evaluateModel(model, { x: batch }, { keep: new Set(spikes) });
        expect(spikes.some((name) => made.get(name)!.data.some((spike) => spike !== 0))).toBe(true);
      }
    },
  );

  const options: UnrollOptions = { steps, batchSize: 3, surrogate: { kind: 'linear', height: 0.8 } };

  it.each(cases)(
    'has the gradients of the network linearised at its spikes (%s)',
    async (_name, neuron, attributes, parameters) => {
      const { model } = unrollSpiking(spiking(neuron, attributes, parameters, steps), {
        ...options,
        tie: false,
      });
      const { graph } = model;
      new GraphBuilder(graph).op(
        'ReduceMean',
        [new GraphBuilder(graph).op('Mul', ['logits', 'logits'])],
        { keepdims: 0 },
        { name: 'loss' },
      );
      const trained = [...graph.initializers.keys()].filter((name) =>
        /^(w\d|b1|relu.*\.(threshold|thresholdPositive|thresholdNegative|leak|amplitude|initialPotential))$/.test(
          name,
        ),
      );
      expect(trained.length).toBe(4 + 2 * Object.keys(neuron.learning!.ranges).length);
      const inputs = new Map<string, NdArray>([['x', batch]]);
      for (const name of trained) {
        const { shape } = graph.initializers.get(name)!;
        inputs.set(name, ndArray(shape, graph.initializers.get(name)!.toNumbers()));
        graph.removeInitializer(name);
      }
      graph.setInputs(
        [...inputs].map(([name, { shape }]) => ({ name, dataType: 'float32', shape: [...shape] })),
      );
      graph.setOutputs([{ name: 'loss', dataType: 'float32', shape: [] }]);
      const { model: both, gradients } = await differentiate(model, 'loss', trained);
      const found = evaluateModel(both, inputs, { keep: new Set(gradients.values()) });
      const base = new Map<string, NdArray[]>();
      const loss = (given: ReadonlyMap<string, NdArray>, record = false) =>
        evaluateModel(model, given, { custom: linearised(base, record) }).get('loss')!.data[0]!;
      loss(inputs, true);
      for (const name of trained) {
        const { shape, data } = inputs.get(name)!;
        const differences = Array.from(data, (_, i) => {
          const at = (shift: number) => {
            const moved = Float64Array.from(data);
            moved[i]! += shift;
            return loss(new Map([...inputs, [name, ndArray(shape, moved)]]));
          };
          return (at(1e-5) - at(-1e-5)) / 2e-5;
        });
        expect(relativeError(found.get(gradients.get(name)!)!.data, differences)).toBeLessThan(1e-6);
      }
    },
  );

  it('lets amplitudes follow their thresholds, unless they are trained themselves', () => {
    const network = spiking(integrateAndFire, {}, own, steps);
    const { model, tied } = unrollSpiking(network, options);
    expect(tied.map(({ name, of, ratio }) => [name, of, ratio.toNumber()])).toEqual([
      ['relu.out.amplitude', 'relu.out.threshold', Math.fround(0.6 / 0.7)],
      ['relu_1.out.amplitude', 'relu_1.out.threshold', Math.fround(0.6 / 0.7)],
    ]);
    const doubled = model.clone();
    doubled.graph.setInitializer('relu_1.out.threshold', Tensor.float32([], [1e6]));
    const silent = evaluateModel(doubled, { x: batch }).get('logits')!;
    expect(silent.data).not.toEqual(evaluateModel(model, { x: batch }).get('logits')!.data);
  });

  it('leaves out what changes nothing in the first step, and nothing that depends on what is trained', () => {
    const plain = { threshold: 1, initialPotential: 0, leak: 1, amplitude: 1 };
    const network = spiking(leakyIntegrateAndFire, {}, plain, steps);
    const { model, sites } = unrollSpiking(network, options);
    const { nodes } = model.graph;
    const readers = (name: string) =>
      nodes.filter(({ inputs }) => inputs.includes(`relu.out.${name}`)).length;
    expect([readers('leak'), readers('amplitude')]).toEqual([steps, 0]);
    // To compare with and to divide by at each step, to take off at each but the last, and once for the amplitude.
    expect(readers('threshold')).toBe(3 * steps);
    const { decoded = [], spikes = [] } = sites.get('relu.out') ?? {};
    expect(decoded[0]).toBe(spikes[0]);
    expect(decoded[1]).not.toBe(spikes[1]);
  });

  it('lets no gradient pass further back than it was told', () => {
    const network = spiking(integrateAndFire, {}, own, steps);
    const detached = (truncateEvery?: number) =>
      unrollSpiking(network, { ...options, truncateEvery }).model.graph.nodes.filter(
        ({ opType }) => opType === 'StopGradient',
      ).length;
    expect(detached(2) - detached()).toBe(2);
  });

  it('refuses neurons without a backward rule by name', () => {
    const parameters = stBif.thresholds!.toParameters(0.5, 0.5);
    const network = spiking(stBif, {}, parameters, steps);
    expect(() => unrollSpiking(network, options)).toThrow(
      "site 'relu.out': neuron 'st-bif': expected a neuron that can be trained: with a backward rule, and without hidden steps, got one without a backward rule. Convert with a method whose neurons can be trained, such as ultra-low-latency, or give the neuron its facet learning.",
    );
  });
});
