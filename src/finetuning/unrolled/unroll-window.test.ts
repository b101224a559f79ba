import { describe, expect, it } from 'vitest';
import { differentiate } from '../../differentiation/differentiate.ts';
import type { AnyNeuron } from '../../dynamics/define-neuron.ts';
import { createOracleEngine } from '../../engines/oracle-engine.ts';
import { planRun } from '../../engines/plan-run.ts';
import { Stream } from '../../engines/stream.ts';
import type { StreamState } from '../../engines/stream-state.ts';
import { stepsBetween } from '../../graph/first-steps.ts';
import type { FloatTensor } from '../../graph/float-tensor.ts';
import { Graph } from '../../graph/graph.ts';
import { GraphBuilder } from '../../graph/graph-builder.ts';
import type { InputTensor } from '../../graph/input-batch.ts';
import { Model } from '../../graph/model.ts';
import { Tensor } from '../../graph/tensor.ts';
import { evaluateModel } from '../../interpreter/evaluate-model.ts';
import { ndArray } from '../../interpreter/nd-array.ts';
import { chargeAligned } from '../../neurons/charge-aligned.ts';
import { integrateAndFire } from '../../neurons/integrate-and-fire.ts';
import { leakyIntegrateAndFire } from '../../neurons/leaky-integrate-and-fire.ts';
import { multiThreshold } from '../../neurons/multi-threshold.ts';
import { stBif } from '../../neurons/st-bif.ts';
import { giveTimeAxis } from '../../spiking/inputs-over-time.ts';
import { sitesOf } from '../../spiking/neuron-node.ts';
import { toSpikingForm } from '../../spiking/spiking-form.ts';
import { optimisers } from '../../training/optimisers/optimisers.ts';
import { buildTrainingStep } from '../../training/step/build-training-step.ts';
import { TrainingSession } from '../../training/step/training-session.ts';
import { unrollSpiking } from './unroll-spiking.ts';
import { type UnrolledWindow, unrollWindow } from './unroll-window.ts';

const [samples, steps, windows] = [2, 3, 3];
const length = steps * windows;
const waves = (size: number, phase: number) =>
  Float32Array.from({ length: size }, (_, i) => Math.sin(12.9898 * i + phase) + Math.sin(i / 7));
const film: InputTensor = { shape: [samples, length, 3], data: waves(samples * length * 3, 3) };
const cut = (window: number) =>
  stepsBetween(film, new Set(['x']), window * steps, (window + 1) * steps) as InputTensor;

type Numbers = Readonly<Record<string, number>>;

/** Two layers of neurons with linear operators between: [N, T, 3] → 4 → 2. */
function twoLayers(neuron: AnyNeuron, parameters: Numbers): Model {
  const graph = new Graph('two layers');
  graph.setInputs([{ name: 'x', dataType: 'float32', shape: ['batch', 3] }]);
  const build = new GraphBuilder(graph);
  graph.setInitializer('w1', Tensor.float32([3, 4], waves(12, 1)));
  graph.setInitializer('b', Tensor.float32([4], [0.12, 0, -0.27, 0.51]));
  graph.setInitializer('w2', Tensor.float32([4, 2], waves(8, 5)));
  const biased = build.op('Add', [build.op('MatMul', ['x', 'w1']), 'b']);
  const out = build.op('MatMul', [biased, 'w2'], {}, { name: 'second' });
  build.op('Identity', [out], {}, { name: 'y' });
  graph.setOutputs([{ name: 'y', dataType: 'float32', shape: ['batch', 2] }]);
  const place = (name: string, value: string, reader: string) => {
    const readers = [{ node: reader, input: 0 }];
    return { name, value, readers, neuron, attributes: neuron.attributes.parse({}), parameters };
  };
  return toSpikingForm(
    giveTimeAxis(new Model(graph, 17), { x: 'running-mean' }),
    [place('first', biased, 'second'), place('last', out, 'y')],
    steps,
  );
}

const own = { threshold: 0.5, initialPotential: 0.25, amplitude: 0.5 };
const neurons: [string, AnyNeuron, Numbers][] = [
  ['integrate-and-fire', integrateAndFire, own],
  ['leaky', leakyIntegrateAndFire, { ...own, leak: 0.5 }],
  ['multi-threshold', multiThreshold, { thresholdPositive: 0.27, thresholdNegative: 0.27, deadZone: 0.5 }],
  ['st-bif', stBif, { threshold: 0.3 }],
];
const cases = neurons.flatMap(([name, neuron, parameters]) =>
  (['continued', 'restarted'] as const).map((stream) => ({ name, neuron, parameters, stream })),
);

/** What a window gives in float64. */
function evaluated(window: UnrolledWindow, batch: InputTensor, before: StreamState | undefined) {
  const { inputs, after } = window.present(batch, before);
  const arrays = new Map(
    window.model.graph.inputs.map(({ name, shape = [] }) => {
      const lengths = shape.map((each) =>
        each === 'batch' ? samples : each === 'transpike.steps' ? steps : Number(each),
      );
      return [name, ndArray(lengths, Float64Array.from(inputs[name] as Float32Array))];
    }),
  );
  const outputs = evaluateModel(window.model, arrays);
  const told = window.carried.map((name): [string, FloatTensor] => {
    const { shape, data } = outputs.get(name)!;
    return [name, { shape: [...shape], data: Float64Array.from(data) }];
  });
  return { output: [...outputs.get('y')!.data], state: after(new Map(told)) };
}

const close = (got: ArrayLike<number>, expected: ArrayLike<number>) => {
  expect(got.length).toBe(expected.length);
  for (const [i, value] of Array.from(expected).entries()) expect(got[i]).toBeCloseTo(value, 5);
};

describe('a window of a stream, laid out over time', () => {
  it.each(cases)(
    'says after each window what the stream says, and leaves its state: $name, $stream',
    async ({ neuron, parameters, stream: averages }) => {
      const model = twoLayers(neuron, parameters);
      const options = { steps, batchSize: samples, surrogate: 'none', stream: averages } as const;
      const window = await unrollWindow(model, options);
      const stream = new Stream(createOracleEngine(planRun(model, { steps, stream: averages })));
      let state: StreamState | undefined;
      for (let i = 0; i < windows; i++) {
        const { logits } = await stream.run(cut(i));
        const made = evaluated(window, cut(i), state);
        close(made.output, logits.data.slice(-samples * 2));
        ({ state } = made);
        expect(state.elapsed).toBe(stream.state!.elapsed);
        for (const [site, { variables, surplus }] of stream.state!.sites) {
          const found = state.sites.get(site)!;
          for (const [name, { data }] of variables) close(found.variables.get(name)!.data, data);
          close(found.surplus?.data ?? [], surplus?.data ?? []);
        }
        for (const [name, { data }] of stream.state!.inputs) close(state.inputs.get(name)!.data, data);
      }
    },
  );

  it('has the gradients of one long window that none pass through at the borders of windows', async () => {
    const model = twoLayers(leakyIntegrateAndFire, { ...own, leak: 0.5 });
    const surrogate = { kind: 'linear', height: 0.8 } as const;
    const weights = ['w1', 'b', 'w2'];
    const gradientsOf = async (
      unrolled: Model,
      inputs: Readonly<Record<string, Float32Array>>,
      T: number,
    ) => {
      const { graph } = unrolled;
      const build = new GraphBuilder(graph);
      build.op('ReduceSum', [build.op('Mul', ['y', 'y'])], { keepdims: 0 }, { name: 'loss' });
      const given = new Map(
        graph.inputs.map(({ name, shape = [] }) => {
          const lengths = shape.map((each) =>
            each === 'batch' ? samples : each === 'transpike.steps' ? T : Number(each),
          );
          return [name, ndArray(lengths, Float64Array.from(inputs[name]!))];
        }),
      );
      graph.setInputs(graph.inputs.map((info) => ({ ...info, shape: [...given.get(info.name)!.shape] })));
      const { model: both, gradients } = await differentiate(unrolled, 'loss', weights);
      const made = evaluateModel(both, given, { keep: new Set(gradients.values()) });
      return weights.flatMap((name) => [...made.get(gradients.get(name)!)!.data]);
    };
    const options = { batchSize: samples, surrogate, tie: false };
    const window = await unrollWindow(model, { ...options, steps, stream: 'continued' });
    let state: StreamState | undefined;
    for (let i = 0; i < windows - 1; i++) ({ state } = evaluated(window, cut(i), state));
    const { inputs } = window.present(cut(windows - 1), state);
    const short = await gradientsOf(window.model, inputs as Record<string, Float32Array>, steps);
    const long = unrollSpiking(model, { ...options, steps: length, truncateEvery: steps });
    const expected = await gradientsOf(long.model, { x: film.data as Float32Array }, length);
    expect(expected.some((each) => Math.abs(each) > 1e-2)).toBe(true);
    // What comes in as a running mean is the same number; what went before it is no longer a weight's doing.
    close(short, expected);
  });

  it('is trained on window after window, each from the state that the last one left', async () => {
    const model = twoLayers(leakyIntegrateAndFire, { ...own, leak: 0.5 });
    const options = { steps, batchSize: samples, tie: false, stream: 'restarted' } as const;
    const window = await unrollWindow(model, options);
    const { amplitude = '' } = sitesOf(model).find(({ name }) => name === 'last')!.parameterValues;
    const parameters = ['w1', 'w2', amplitude];
    const step = await buildTrainingStep(
      { model: window.model, parameters, carried: window.carried },
      {
        batchSize: samples,
        lengths: { 'transpike.steps': steps },
        loss: 'mse',
        optimiser: optimisers.sgd,
        optimiserOptions: optimisers.sgd.options.parse({ momentum: 0 }),
      },
    );
    const weights = parameters.flatMap((name) => [...window.model.graph.initializers.get(name)!.toFloat32()]);
    const start = new Map([['parameters', Float32Array.from(weights)]]);
    const targets = waves(samples * 2, 8);
    const run = async (learningRate: number) => {
      const session = await TrainingSession.create(step, start);
      const losses: number[] = [];
      let state: StreamState | undefined;
      for (let i = 0; i < windows; i++) {
        const { inputs, after } = window.present(cut(i), state);
        const { loss, told } = await session.step({ inputs, targets }, learningRate, i + 1);
        losses.push(loss);
        state = after(told!);
      }
      await session.release();
      return { losses, state };
    };
    const still = await run(0);
    const stream = new Stream(createOracleEngine(planRun(model, { steps, stream: 'restarted' })));
    for (let i = 0; i < windows; i++) {
      const { logits } = await stream.run(cut(i));
      const last = logits.data.slice(-samples * 2);
      const squares = Array.from(last, (value, k) => (value - targets[k]!) ** 2);
      expect(still.losses[i]).toBeCloseTo(squares.reduce((a, b) => a + b) / squares.length, 5);
    }
    close(still.state!.sites.get('last')!.surplus!.data, stream.state!.sites.get('last')!.surplus!.data);
    const trained = await run(0.1);
    expect(trained.losses[0]).toBe(still.losses[0]);
    for (const i of [1, 2]) expect(trained.losses[i]).toBeLessThan(still.losses[i]!);
  });

  it('is not made of neurons that cannot go on', async () => {
    const aligned = twoLayers(chargeAligned, { threshold: 0.5, kappa: 0.5 });
    await expect(
      unrollWindow(aligned, { steps, batchSize: samples, surrogate: 'none', stream: 'restarted' }),
    ).rejects.toThrow("expected neurons whose potential is known without their sums, got 'charge-aligned'.");
  });
});

it('a network with an input over time is laid out to the same numbers', () => {
  const model = twoLayers(leakyIntegrateAndFire, { ...own, leak: 0.5 });
  const { model: unrolled } = unrollSpiking(model, { steps, batchSize: samples });
  const { shape, data } = cut(0);
  const x = ndArray(shape, Float64Array.from(data as Float32Array));
  const expected = evaluateModel(model, { x }).get('y')!;
  close(evaluateModel(unrolled, { x }).get('y')!.data, expected.data.slice(-samples * 2));
});
