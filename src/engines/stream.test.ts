import { describe, expect, it } from 'vitest';
import { convert } from '../conversion/convert.ts';
import { firstSteps, stepsBetween } from '../graph/first-steps.ts';
import type { FloatTensor } from '../graph/float-tensor.ts';
import { Graph } from '../graph/graph.ts';
import { GraphBuilder } from '../graph/graph-builder.ts';
import type { InputTensor, NamedInputs } from '../graph/input-batch.ts';
import { Model } from '../graph/model.ts';
import { Tensor } from '../graph/tensor.ts';
import { cos } from '../methods/cos.ts';
import { differential } from '../methods/differential.ts';
import { ecc } from '../methods/ecc.ts';
import { ecmt } from '../methods/ecmt.ts';
import { rate } from '../methods/rate.ts';
import { chargeAligned } from '../neurons/charge-aligned.ts';
import { integrateAndFire } from '../neurons/integrate-and-fire.ts';
import { leakyIntegrateAndFire } from '../neurons/leaky-integrate-and-fire.ts';
import { multiThreshold } from '../neurons/multi-threshold.ts';
import { giveTimeAxis } from '../spiking/inputs-over-time.ts';
import type { PlacedNeurons } from '../spiking/neuron-node.ts';
import { toSpikingForm } from '../spiking/spiking-form.ts';
import { engines } from './engines.ts';
import { twoPictures } from './input-networks.fixture.ts';
import { createOracleEngine } from './oracle-engine.ts';
import { type Engine, type Plan, planRun } from './plan-run.ts';
import { largestDifference } from './segmented/compare-runs.fixture.ts';
import { runStream, Stream } from './stream.ts';

const [window, windows] = [3, 4];
const length = window * windows;
/** No potential made of these lies at a threshold. */
const waves = (size: number, phase: number) =>
  Float32Array.from({ length: size }, (_, i) => Math.sin(12.9898 * i + phase) + Math.sin(i / 7));

function film(samples: number, phase = 1): NamedInputs {
  return {
    inputs: {
      left: { shape: [samples, length, 2, 6, 6], data: waves(samples * length * 72, phase) },
      right: {
        shape: [samples, 8, 8, 1],
        data: Uint8Array.from({ length: samples * 64 }, (_, i) => (37 * i) % 251),
      },
    },
  };
}

const filmed = () => giveTimeAxis(twoPictures(), { left: 'running-mean' });

/** Two layers of neurons with linear operators between: [N, 3] → 4 → 2. */
function twoLayers(neurons: Pick<PlacedNeurons, 'neuron' | 'attributes' | 'parameters'>): Model {
  const graph = new Graph('two layers');
  graph.setInputs([{ name: 'x', dataType: 'float32', shape: ['batch', 3] }]);
  const build = new GraphBuilder(graph);
  const weight = (rows: number, columns: number, phase: number) =>
    build.constant('w', Tensor.float32([rows, columns], waves(rows * columns, phase)));
  const hidden = build.op('MatMul', ['x', weight(3, 4, 1)]);
  const biased = build.op('Add', [hidden, build.constant('b', Tensor.float32([4], [0.12, 0, -0.27, 0.51]))]);
  const out = build.op('MatMul', [biased, weight(4, 2, 5)], {}, { name: 'second' });
  build.op('Identity', [out], {}, { name: 'y' });
  graph.setOutputs([{ name: 'y', dataType: 'float32', shape: ['batch', 2] }]);
  const site = (name: string, value: string, node: string) => ({
    ...neurons,
    name,
    value,
    readers: [{ node, input: 0 }],
  });
  return toSpikingForm(
    giveTimeAxis(new Model(graph, 17), { x: 'running-mean' }),
    [site('first', biased, 'second'), site('last', out, 'y')],
    window,
  );
}

const leaky = {
  neuron: leakyIntegrateAndFire,
  attributes: { activation: 'relu' },
  // One number a channel for the first layer would not fit the second: the leak is a tensor of one.
  parameters: { threshold: 0.5, initialPotential: 0.25, leak: Tensor.float32([1], [0.5]), amplitude: 0.5 },
};
const integrating = {
  neuron: integrateAndFire,
  attributes: { activation: 'relu' },
  parameters: { threshold: 0.5, initialPotential: 0.25, amplitude: 1 },
};
const ladder = {
  neuron: multiThreshold,
  attributes: { levels: 3, base: 2, rule: 'nearest' },
  parameters: { thresholdPositive: 0.27, thresholdNegative: 0.27, deadZone: 0.5 },
};

const starts = { ...engines, oracle: async (plan: Plan) => createOracleEngine(plan) };

async function using<R>(engine: Promise<Engine>, run: (engine: Engine) => Promise<R>): Promise<R> {
  const started = await engine;
  return run(started).finally(() => started.close());
}

/** What was sent at each step, from means since the beginning of a window. */
function currents({ shape, data }: FloatTensor, every: number): Float64Array {
  const size = data.length / shape[0]!;
  return Float64Array.from(data, (mean, i) => {
    const t = Math.floor(i / size) % every;
    return mean * (t + 1) - (t === 0 ? 0 : data[i - size]! * t);
  });
}

describe('a stream whose averages go on', () => {
  it.each(
    Object.entries(starts).flatMap(([engine, start]) =>
      Object.entries({ ecmt, rate, differential, ecc }).map(([name, method]) => ({
        engine,
        start,
        name,
        method,
      })),
    ),
  )('is one long window: $name on $engine', async ({ start, method, engine }) => {
    const batch = film(3);
    const { model } = await convert(filmed(), { method, steps: length, calibration: () => [film(3, 2)] });
    const long = planRun(model, { steps: length });
    const { logits } = await using(start(long, {}), (each) => each.run(batch));
    const short = planRun(model, { steps: window, stream: 'continued' });
    const { outputs, state } = await using(start(short, {}), (each) => runStream(each, batch));
    expect(state.elapsed).toBe(length);
    expect(largestDifference(outputs.get('y')!, logits)).toBeLessThan(engine === 'oracle' ? 1e-12 : 1e-6);
  });

  it('counts the spikes of one long window', async () => {
    const x = { shape: [5, length, 3], data: waves(5 * length * 3, 3) };
    for (const neurons of [leaky, integrating, ladder]) {
      const model = twoLayers(neurons);
      for (const start of Object.values(starts)) {
        const long = planRun(model, { steps: length, statistics: true });
        const { activity } = await using(start(long, {}), (each) => each.run(x));
        const plan = planRun(model, { stream: 'continued', statistics: true });
        const counted = await using(start(plan, {}), async (each) => {
          const stream = new Stream(each);
          const parts = [];
          for (let at = 0; at < length; at += window) parts.push((await stream.run(cut(x, at))).activity);
          return parts;
        });
        for (const [site, spikes] of Object.entries(activity!.spikes))
          expect(counted.flatMap((part) => part!.spikes[site])).toEqual(spikes);
      }
    }
  });

  it('takes only the constant inputs that it began with', async () => {
    const { model } = await convert(filmed(), {
      method: ecmt,
      steps: window,
      calibration: () => [film(3, 2)],
    });
    const [first, other] = [film(2), film(2)];
    (other.inputs.right!.data as Uint8Array)[5] = 77;
    for (const start of Object.values(starts)) {
      await using(start(planRun(model, { stream: 'continued' }), {}), async (engine) => {
        const stream = new Stream(engine);
        await stream.run(firstSteps(first, new Set(['left']), window));
        await expect(stream.run(firstSteps(other, new Set(['left']), window))).rejects.toThrow(
          "input 'right': expected the numbers of the window before, since it is constant over time and the averages go on, got others, of shape [2, 8, 8, 1]. Give it a time axis, or let the averages restart at each window.",
        );
      });
    }
  });
});

function cut(x: InputTensor, from: number): InputTensor {
  return stepsBetween(x, new Set(['x']), from, from + window) as InputTensor;
}

describe.each(Object.entries(starts))('a stream whose averages restart, on %s', (_, start) => {
  it.each([
    ['leaky', leaky],
    ['integrate-and-fire', integrating],
    ['multi-threshold', ladder],
  ])('sends at each step what one long window sends: %s', async (__, neurons) => {
    const x = { shape: [5, length, 3], data: waves(5 * length * 3, 3) };
    const model = twoLayers(neurons);
    const { logits } = await using(start(planRun(model, { steps: length }), {}), (each) => each.run(x));
    const plan = planRun(model, { stream: 'restarted' });
    const { outputs } = await using(start(plan, {}), (each) => runStream(each, x));
    const [got, expected] = [currents(outputs.get('y')!, window), currents(logits, length)];
    expect(expected.some((each) => Math.abs(each) > 0.1)).toBe(true);
    expect(Math.max(...got.map((each, i) => Math.abs(each - expected[i]!)))).toBeLessThan(1e-5);
  });

  it('begins anew where it is told to', async () => {
    const x = { shape: [2, length, 3], data: waves(2 * length * 3, 4) };
    await using(start(planRun(twoLayers(leaky), { stream: 'restarted' }), {}), async (engine) => {
      const stream = new Stream(engine);
      const first = await stream.run(cut(x, 0));
      const second = await stream.run(cut(x, 0));
      expect(stream.elapsed).toBe(2 * window);
      stream.reset();
      expect(stream.elapsed).toBe(0);
      const again = await stream.run(cut(x, 0));
      expect(again.logits).toEqual(first.logits);
      expect(second.logits).not.toEqual(first.logits);
      // A state is a value: what was gone on from once can be gone on from again.
      expect((await new Stream(engine, first.state).run(cut(x, 0))).logits).toEqual(second.logits);
    });
  });
});

describe('the states of streams', () => {
  it('are the same on every engine', async () => {
    const { model } = await convert(filmed(), {
      method: ecmt,
      steps: window,
      calibration: () => [film(3, 2)],
    });
    for (const averages of ['continued', 'restarted'] as const) {
      const plan = planRun(model, { stream: averages });
      const [exact, ...others] = await Promise.all(
        [starts.oracle, engines.fast, engines['in-graph']].map((start) =>
          using(start(plan, {}), async (each) => (await runStream(each, film(3))).state),
        ),
      );
      for (const state of others) {
        expect([...state.sites.keys()]).toEqual([...exact!.sites.keys()]);
        for (const [site, { variables, surplus }] of exact!.sites) {
          const own = state.sites.get(site)!;
          for (const [name, tensor] of variables)
            expect(largestDifference(own.variables.get(name)!, tensor)).toBeLessThan(1e-4);
          expect(own.surplus === undefined).toBe(averages === 'continued');
          if (surplus) expect(largestDifference(own.surplus!, surplus)).toBeLessThan(1e-4);
        }
      }
    }
  });
});

describe('what cannot be a stream', () => {
  it('is refused with all of its sites', async () => {
    const { model } = await convert(filmed(), {
      method: cos,
      steps: window,
      calibration: () => [film(3, 2)],
    });
    expect(() => planRun(model, { stream: 'continued' })).toThrow(
      "expected neurons that know no future, got 'offset-calibrating', which rehearses on the mean over the whole window. Convert with other neurons, or run one window.",
    );
    const aligned = twoLayers({
      neuron: chargeAligned,
      attributes: {},
      parameters: { threshold: 0.5, kappa: 0.5 },
    });
    expect(() => planRun(aligned, { stream: 'restarted' })).toThrow(
      [
        'stream: some neurons cannot go on from window to window:',
        "- site 'first': expected neurons whose potential is known without their sums, got 'charge-aligned'. Let the averages go on, or convert with other neurons.",
        "- site 'last': expected neurons whose potential is known without their sums, got 'charge-aligned'. Let the averages go on, or convert with other neurons.",
      ].join('\n  '),
    );
    expect(() => planRun(aligned, { stream: 'continued' })).not.toThrow();
  });

  it('is an engine whose runs begin anew, a broken window, and 8-bit sums without end', async () => {
    const model = twoLayers(leaky);
    const x = { shape: [1, length, 3], data: waves(length * 3, 4) };
    const alone = createOracleEngine(planRun(model));
    expect(() => new Stream(alone)).toThrow(
      "stream: expected an engine of a plan for a stream, got one each of whose runs begins anew. Plan with stream: 'continued' or 'restarted'.",
    );
    const engine = createOracleEngine(planRun(model, { steps: 5, stream: 'restarted' }));
    await expect(runStream(engine, x)).rejects.toThrow(
      'stream: expected inputs over time, in windows of 5 steps, got 12 steps. Leave the last steps out, fill them up, or use windows of another length.',
    );
    await expect(engines.fast(planRun(model, { stream: 'continued' }), { synapses: 'int8' })).rejects.toThrow(
      'stream whose averages go on: expected synapses in float32, got int8. Let the averages restart at each window.',
    );
  });
});
