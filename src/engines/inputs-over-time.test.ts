import { describe, expect, it } from 'vitest';
import { convert } from '../conversion/convert.ts';
import { firstSteps, stepsBetween } from '../graph/first-steps.ts';
import { Graph } from '../graph/graph.ts';
import { GraphBuilder } from '../graph/graph-builder.ts';
import type { InputTensor, NamedInputs } from '../graph/input-batch.ts';
import { Model } from '../graph/model.ts';
import { Tensor } from '../graph/tensor.ts';
import { evaluateModel } from '../interpreter/evaluate-model.ts';
import { cos } from '../methods/cos.ts';
import { ecmt } from '../methods/ecmt.ts';
import { fewSpikesFunction } from '../methods/few-spikes-function.ts';
import { rate } from '../methods/rate.ts';
import { leakyIntegrateAndFire } from '../neurons/leaky-integrate-and-fire.ts';
import { giveTimeAxis } from '../spiking/inputs-over-time.ts';
import { toSpikingForm, withoutNeurons } from '../spiking/spiking-form.ts';
import { type EngineOptions, engines } from './engines.ts';
import { evaluateSource } from './evaluate-source.fixture.ts';
import { tokenNetwork, twoPictures } from './input-networks.fixture.ts';
import { createOracleEngine, inputArrays } from './oracle-engine.ts';
import { type Engine, type Plan, planRun } from './plan-run.ts';
import { largestDifference } from './segmented/compare-runs.fixture.ts';
import { runStream } from './stream.ts';

const steps = 6;
const waves = (length: number, phase: number) =>
  Float32Array.from({ length }, (_, i) => Math.sin(12.9898 * i + phase) + Math.sin(i / 7));

/** Two pictures, of which the left one changes. */
function pictures(samples: number, phase = 1): NamedInputs {
  return {
    inputs: {
      left: { shape: [samples, steps, 2, 6, 6], data: waves(samples * steps * 72, phase) },
      right: {
        shape: [samples, 8, 8, 1],
        data: Uint8Array.from({ length: samples * 64 }, (_, i) => (37 * i + phase * i * i) % 251),
      },
    },
  };
}

const starts = { ...engines, oracle: async (plan: Plan) => createOracleEngine(plan) };

async function using<R>(
  start: (plan: Plan, options: EngineOptions) => Promise<Engine>,
  plan: Plan,
  run: (engine: Engine) => Promise<R>,
): Promise<R> {
  const engine = await start(plan, {});
  return run(engine).finally(() => engine.close());
}

/** Three layers with GELU between, [N, 3] → 5 → 4 → 2. */
function smoothPerceptron(): Model {
  const graph = new Graph('smooth');
  graph.setInputs([{ name: 'x', dataType: 'float32', shape: ['batch', 3] }]);
  const build = new GraphBuilder(graph);
  const linear = (from: string, into: number, out: number) =>
    build.op('MatMul', [from, build.constant('w', Tensor.float32([into, out], waves(into * out, out)))]);
  const gelu = (from: string) => build.op('Gelu', [from]);
  build.op('Identity', [linear(gelu(linear(gelu(linear('x', 3, 5)), 5, 4)), 4, 2)], {}, { name: 'y' });
  graph.setOutputs([{ name: 'y', dataType: 'float32', shape: ['batch', 2] }]);
  return new Model(graph, 20);
}

const filmed = () => giveTimeAxis(twoPictures(), { left: 'running-mean' });

describe.each([
  ['ecmt', ecmt],
  ['rate', rate],
])('a network with an input over time, by %s', (_, method) => {
  it.each(Object.entries(engines))('gives what the oracle gives, on the engine %s', async (_, start) => {
    const batch = pictures(5);
    // The largest activation of other data is no tie.
    const { model } = await convert(filmed(), { method, steps, calibration: () => [pictures(5, 2)] });
    const plan = planRun(model, { statistics: true });
    const expected = await createOracleEngine(plan).run(batch);
    const engine = await start(plan, {});
    const got = await engine.run(batch).finally(() => engine.close());
    expect(got.logits.shape).toEqual([steps, 5, 3]);
    expect(largestDifference(got.logits, expected.logits)).toBeLessThan(1e-5);
    expect(got.activity).toEqual(expected.activity);
  });

  it('sees at every step the source network on the running mean', async () => {
    const [batch, source] = [pictures(3), filmed()];
    const { model } = await convert(source, { method, steps, calibration: () => [batch] });
    const identity = withoutNeurons(model);
    const answers = evaluateModel(identity, inputArrays(identity, batch)).get('y')!;
    for (const step of [1, 2, steps]) {
      const seen = evaluateSource(source, firstSteps(batch, new Set(['left']), step));
      const answer = { shape: seen.shape, data: answers.data.subarray((step - 1) * 9, step * 9) };
      expect(largestDifference(answer, seen)).toBeLessThan(1e-9);
    }
  });
});

describe('inputs over time', () => {
  it('reach leaky neurons as currents', async () => {
    const graph = new Graph('leaky');
    graph.setInputs([{ name: 'x', dataType: 'float64', shape: ['batch', 3] }]);
    const build = new GraphBuilder(graph);
    const made = build.op('Cast', ['x'], { to: 1 });
    const weights = [0.5, -0.25, 1, 0.75, 0.5, -1];
    const arriving = build.op('MatMul', [made, build.constant('w', Tensor.float32([3, 2], weights))]);
    build.op('Identity', [arriving], {}, { name: 'y' });
    graph.setOutputs([{ name: 'y', dataType: 'float32', shape: ['batch', 2] }]);
    const [threshold, leak] = [0.75, 0.5];
    const spiking = toSpikingForm(
      giveTimeAxis(new Model(graph, 17), { x: 'running-mean' }),
      [
        {
          name: 'site',
          value: arriving,
          readers: [{ node: 'y', input: 0 }],
          neuron: leakyIntegrateAndFire,
          attributes: { activation: 'relu' },
          parameters: { threshold, initialPotential: 0, leak, amplitude: threshold },
        },
      ],
      steps,
    );
    const x = { shape: [4, steps, 3], data: waves(4 * steps * 3, 1) };
    const emitted = (sample: number, unit: number): number[] => {
      let [potential, spikes] = [0, 0];
      return Array.from({ length: steps }, (_, t) => {
        const current = [0, 1, 2].reduce(
          (sum, i) => sum + x.data[(sample * steps + t) * 3 + i]! * weights[2 * i + unit]!,
          0,
        );
        potential = leak * potential + current;
        if (potential >= threshold) [potential, spikes] = [potential - threshold, spikes + 1];
        return (threshold * spikes) / (t + 1);
      });
    };
    for (const start of Object.values(starts)) {
      const engine = await start(planRun(spiking), {});
      const { logits } = await engine.run(x).finally(() => engine.close());
      for (const sample of [0, 1, 2, 3]) {
        for (const unit of [0, 1]) {
          const got = Array.from({ length: steps }, (_, t) => logits.data[(t * 4 + sample) * 2 + unit]!);
          for (const [t, mean] of emitted(sample, unit).entries()) expect(got[t]).toBeCloseTo(mean, 6);
        }
      }
    }
  });

  it.each(Object.entries(starts))(
    'are answered step by step where they are shown as currents: %s',
    async (_, start) => {
      const film = { shape: [4, steps, 3], data: waves(4 * steps * 3, 1) };
      const source = giveTimeAxis(smoothPerceptron(), { x: 'current' });
      const { model } = await convert(source, {
        method: fewSpikesFunction,
        steps,
        calibration: () => [film],
      });
      const { logits, activity } = await using(start, planRun(model, { statistics: true }), (engine) =>
        engine.run(film),
      );
      const still = await convert(smoothPerceptron(), {
        method: fewSpikesFunction,
        steps: 1,
        calibration: () => [{ shape: [4 * steps, 3], data: film.data }],
      });
      const alone = createOracleEngine(planRun(still.model, { statistics: true }));
      const spikes = [];
      for (let step = 0; step < steps; step++) {
        const { data } = stepsBetween(film, new Set(['x']), step, step + 1) as InputTensor;
        const run = await alone.run({ shape: [4, 3], data });
        const got = { shape: run.logits.shape, data: logits.data.subarray(step * 8, (step + 1) * 8) };
        expect(largestDifference(got, run.logits)).toBeLessThan(1e-5);
        spikes.push(...Object.values(run.activity!.spikes).flat());
      }
      expect(Object.values(activity!.spikes).flat()).toEqual(spikes);
      const windows = planRun(model, { steps: 2, stream: 'restarted' });
      const parts = await using(start, windows, (engine) => runStream(engine, film));
      expect(largestDifference(parts.outputs.get('y')!, logits)).toBeLessThan(1e-6);
    },
  );

  it.each(Object.entries(engines))('are shown to hidden steps as their mean: %s', async (_, start) => {
    const batch = pictures(3);
    const { model } = await convert(filmed(), { method: cos, steps, calibration: () => [pictures(3, 2)] });
    const plan = planRun(model, { keep: ['left.meanOverTime'] });
    expect(plan.hiddenSteps).toBe(4);
    const exact = await createOracleEngine(plan).run(batch);
    const seen = exact.values.get('left.meanOverTime')!;
    const size = seen.data.length / (4 + steps);
    expect(seen.data.slice(0, size)).toEqual(seen.data.slice(-size));
    const engine = await start(plan, {});
    const run = await engine.run(batch).finally(() => engine.close());
    expect(largestDifference(run.logits, exact.logits)).toBeLessThan(1e-5);
    expect(largestDifference(run.values.get('left.meanOverTime')!, seen)).toBeLessThan(1e-6);
  });

  it('are of as many steps as are run', async () => {
    const { model } = await convert(filmed(), { method: ecmt, steps, calibration: () => [pictures(2)] });
    for (const start of Object.values(starts)) {
      const engine = await start(planRun(model, { steps: 4 }), {});
      await expect(engine.run(pictures(2))).rejects.toThrow(
        "input 'left': expected 4 time-steps on the axis behind the batch, got 6. Give inputs over 4 steps, or run 6 steps.",
      );
      await engine.close();
    }
  });

  it('are floats with the batch in front', () => {
    expect(() =>
      giveTimeAxis(tokenNetwork(), { input_ids: 'running-mean', position_ids: 'running-mean', x: 'current' }),
    ).toThrow(
      [
        "graph 'several inputs': inputs cannot have a time axis:",
        "- input 'input_ids': expected floats, of which there are means, got int64. Leave it constant over time.",
        "- input 'position_ids': expected floats, of which there are means, got int64. Leave it constant over time.",
        "- input 'x': expected one of 'input_ids', 'attention_mask', 'position_ids', got no input of that name. Check the name.",
      ].join('\n  '),
    );
  });
});
