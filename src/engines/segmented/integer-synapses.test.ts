import { describe, expect, it } from 'vitest';
import { convert } from '../../conversion/convert.ts';
import { Graph } from '../../graph/graph.ts';
import { GraphBuilder } from '../../graph/graph-builder.ts';
import { Model } from '../../graph/model.ts';
import { Tensor } from '../../graph/tensor.ts';
import { methodNamed } from '../../methods/methods.ts';
import { createInGraphEngine } from '../in-graph-engine.ts';
import { planRun } from '../plan-run.ts';
import { agreement, largestDifference } from './compare-runs.fixture.ts';
import { fromIntegerWeights } from './integer-weights.fixture.ts';
import { toIntegerWeights } from './integer-weights.ts';
import { createSegmentedEngine } from './segmented-engine.ts';
import { randomImages, smallVit } from './small-networks.fixture.ts';

/** A spiking ViT with one threshold for both signs, so large that the largest level is never used. */
async function symmetricVit(): Promise<Model> {
  const { model } = await convert(smallVit(), {
    method: methodNamed('ecmt'),
    steps: 3,
    calibration: () => [randomImages([4, 3, 8, 8], 9)],
  });
  for (const each of model.graph.nodes.filter((candidate) => candidate.attributes.has('neuron'))) {
    const [positive, negative] = [each.inputs[2]!, each.inputs[3]!];
    const doubled = Tensor.float32([], [2 * model.graph.initializers.get(positive)!.toNumbers()[0]!]);
    model.graph.setInitializer(positive, doubled);
    model.graph.setInitializer(negative, doubled);
  }
  return model;
}

/** Three layers with ReLU between; the second one can go on 8-bit synapses. */
function reluPerceptron(): Model {
  const graph = new Graph('perceptron');
  graph.setInputs([{ name: 'x', dataType: 'float32', shape: ['batch', 6] }]);
  const build = new GraphBuilder(graph);
  const layer = (input: string, name: string) =>
    build.op('MatMul', [input, build.constant(`${name}.w`, randomWeights(name.length))], {}, { name });
  const second = layer(build.op('Relu', [layer('x', 'a')]), 'bb');
  layer(build.op('Relu', [second]), 'ccc');
  graph.setOutputs([{ name: 'ccc', dataType: 'float32', shape: ['batch', 6] }]);
  return new Model(graph, 17);
}

function randomWeights(seed: number): Tensor {
  return Tensor.float32([6, 6], randomImages([6, 6], seed).data);
}

/** Makes the negative thresholds of some sites this many times as large. */
function stretchNegative(model: Model, factor: number, names: RegExp): void {
  for (const each of model.graph.nodes.filter((candidate) => candidate.attributes.has('neuron'))) {
    if (!names.test(each.name)) continue;
    const value = model.graph.initializers.get(each.inputs[3]!)!.toNumbers()[0]!;
    model.graph.setInput(
      each,
      3,
      model.graph.addInitializer('stretched', Tensor.float32([], [factor * value])),
    );
  }
}

/** The same with the weights of the linear operators inside replaced by what 8 bits make of them. */
function withDequantisedWeights(model: Model): Model {
  const copy = model.clone();
  const inner = /^(q|k|v|proj|fc1\.\d|fc2\.\d)\.w/;
  for (const [name, tensor] of copy.graph.initializers) {
    if (inner.test(name)) copy.graph.setInitializer(name, fromIntegerWeights(tensor, false));
  }
  return copy;
}

describe('8-bit synapses', () => {
  it.each([1, 3])(
    'give exactly what the weights rounded to 8 bits give in float32: T = %i',
    async (steps) => {
      const model = await symmetricVit();
      const rounded = planRun(withDequantisedWeights(model), { steps, statistics: true });
      const slow = await createInGraphEngine(rounded);
      const fast = await createSegmentedEngine(planRun(model, { steps, statistics: true }), {
        synapses: 'int8',
      });
      const input = randomImages([3, 3, 8, 8]);
      const [expected, got] = [await slow.run(input), await fast.run(input)];
      expect(largestDifference(got.logits, expected.logits)).toBeLessThan(2e-4);
      expect(agreement(got.activity!, expected.activity!)).toBeGreaterThan(0.999);
      await slow.close();
      await fast.close();
    },
  );

  it('differ from float32 synapses by what 8 bits lose, not more', async () => {
    const model = await symmetricVit();
    const engines = await Promise.all(
      (['float32', 'int8'] as const).map((synapses) => createSegmentedEngine(planRun(model), { synapses })),
    );
    const input = randomImages([4, 3, 8, 8]);
    const [exact, rounded] = await Promise.all(engines.map((engine) => engine.run(input)));
    const difference = largestDifference(exact!.logits, rounded!.logits);
    expect(difference).toBeGreaterThan(0);
    expect(difference).toBeLessThan(1);
    await Promise.all(engines.map((engine) => engine.close()));
  });
});

describe('sites whose thresholds differ a lot', () => {
  it('stay in float32 and are named', async () => {
    const model = await symmetricVit();
    stretchNegative(model, 5, /./);
    const plan = planRun(model);
    const [exact, left] = [
      await createSegmentedEngine(plan),
      await createSegmentedEngine(plan, { synapses: 'int8' }),
    ];
    const input = randomImages([2, 3, 8, 8]);
    expect((await left.run(input)).logits).toEqual((await exact.run(input)).logits);
    expect(left.leftInFloat.length).toBeGreaterThan(4);
    expect(exact.leftInFloat).toEqual([]);
    await exact.close();
    await left.close();
  });

  it('take the smaller threshold for both signs where they differ less', async () => {
    const model = await symmetricVit();
    stretchNegative(model, 1.5, /fc2\.0/);
    const other = model.clone();
    for (const each of other.graph.nodes.filter(({ name }) => name === 'fc2.0.in'))
      other.graph.setInput(each, 3, each.inputs[2]!);
    const engines = await Promise.all(
      [model, other].map((each) => createSegmentedEngine(planRun(each), { synapses: 'int8' })),
    );
    const [got, expected] = await Promise.all(
      engines.map((engine) => engine.run(randomImages([2, 3, 8, 8]))),
    );
    expect(got!.logits).toEqual(expected!.logits);
    await Promise.all(engines.map((engine) => engine.close()));
  });

  it('take the positive threshold behind a ReLU, whatever the other is', async () => {
    const relu = async (negative: number) => {
      const { model } = await convert(reluPerceptron(), {
        method: methodNamed('ecmt'),
        steps: 3,
        calibration: () => [randomImages([16, 6], 4)],
      });
      const [site] = model.graph.nodes.filter((each) => each.attributes.has('neuron'));
      model.graph.setInitializer(site!.inputs[2]!, Tensor.float32([], [0.5]));
      model.graph.setInitializer(site!.inputs[3]!, Tensor.float32([], [negative]));
      const engine = await createSegmentedEngine(planRun(model), { synapses: 'int8' });
      expect(engine.leftInFloat).toEqual([]);
      return (await engine.run(randomImages([5, 6])).finally(() => engine.close())).logits;
    };
    expect(await relu(0.01)).toEqual(await relu(0.5));
    expect(await relu(30)).toEqual(await relu(0.5));
  });

  it('leave the others on 8 bits', async () => {
    const model = await symmetricVit();
    stretchNegative(model, 5, /fc2\.0/);
    const engine = await createSegmentedEngine(planRun(model), { synapses: 'int8' });
    expect(engine.leftInFloat).toEqual([{ site: 'fc2.0.in', reason: 'θ₊/θ₋ = 0.20' }]);
    await engine.close();
  });
});

describe('weights rounded to 8 bits', () => {
  it('use one scale for each output channel and the whole range', () => {
    const weight = Tensor.float32([2, 3], [1, -0.5, 0, 0.5, 0.25, 0]);
    const { weights, scales, inputs } = toIntegerWeights(weight, false);
    expect(inputs).toBe(2);
    expect([...weights]).toEqual([127, -127, 0, 64, 64, 0]);
    expect([...scales].map((scale) => scale * 127)).toEqual([
      expect.closeTo(1, 5),
      expect.closeTo(0.5, 5),
      127,
    ]);
  });

  it('are the same whichever way round the weight lies', () => {
    const [upright, lying] = [
      Tensor.float32([2, 3], [1, 2, 3, 4, 5, 6]),
      Tensor.float32([3, 2], [1, 4, 2, 5, 3, 6]),
    ];
    expect(toIntegerWeights(lying, true)).toEqual(toIntegerWeights(upright, false));
  });
});
