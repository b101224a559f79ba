import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { activationSites } from '../../src/analysis/activation-sites.ts';
import { inputSites } from '../../src/analysis/input-sites.ts';
import { differentiate } from '../../src/differentiation/differentiate.ts';
import { carryTrainingOperators } from '../../src/differentiation/operators/training-operator.ts';
import { trainingOperators } from '../../src/differentiation/operators/training-operators.ts';
import { inverseTimes } from '../../src/dynamics/inverse-times.ts';
import { createOracleEngine } from '../../src/engines/oracle-engine.ts';
import { planRun } from '../../src/engines/plan-run.ts';
import { readNpz } from '../../src/files/read-npz.ts';
import { unrollSpiking } from '../../src/finetuning/unrolled/unroll-spiking.ts';
import { Graph } from '../../src/graph/graph.ts';
import { GraphBuilder } from '../../src/graph/graph-builder.ts';
import { Model } from '../../src/graph/model.ts';
import { Tensor } from '../../src/graph/tensor.ts';
import { evaluateModel } from '../../src/interpreter/evaluate-model.ts';
import { withExactConstants } from '../../src/interpreter/exact-constants.ts';
import { type NdArray, ndArray } from '../../src/interpreter/nd-array.ts';
import { lookUp } from '../../src/look-up.ts';
import { type SpikeOnceAttributes, spikeOnce } from '../../src/neurons/spike-once.ts';
import { nameInputs } from '../../src/passes/name-inputs.ts';
import { neuronSpec, sitesOf } from '../../src/spiking/neuron-node.ts';
import { toSpikingForm } from '../../src/spiking/spiking-form.ts';
import { losses } from '../../src/training/step/losses.ts';
import { hasShared, shared } from './shared-folder.ts';

interface Meta {
  readonly labels: readonly number[];
  readonly t_max: readonly [number, number, number];
  readonly largest_activations: readonly [number, number];
  readonly spikes: readonly number[];
  readonly baseline: { readonly layer1_mean_abs_error: number; readonly layer1_false_spikes: number };
  readonly slots: Readonly<Record<string, { rms: number; spikes: readonly number[] }>>;
}

const weightNames = ['w1', 'b1', 'w2', 'b2', 'w3', 'b3'];

describe.skipIf(!hasShared('golden', 'ttfs-mlp'))('golden single-spike network', () => {
  let arrays: ReadonlyMap<string, NdArray>;
  let meta: Meta;

  beforeAll(async () => {
    const found = await readNpz(shared('golden', 'ttfs-mlp', 'data.npz'));
    arrays = new Map(
      [...found].map(([name, { shape, data }]) => [name, ndArray(shape, Float64Array.from(data, Number))]),
    );
    meta = JSON.parse(readFileSync(shared('golden', 'ttfs-mlp', 'meta.json'), 'utf8'));
  });

  const golden = (name: string) => lookUp(arrays, name, 'array');

  function network(): Model {
    const graph = new Graph('mlp');
    graph.addInput({ name: 'x', dataType: 'float32', shape: ['batch', 8] });
    graph.addOutput({ name: 'logits', dataType: 'float32', shape: ['batch', 4] });
    for (const name of weightNames)
      graph.setInitializer(name, Tensor.float64(golden(name).shape, golden(name).data));
    const build = new GraphBuilder(graph);
    const linear = (input: string, i: number, options = {}) =>
      build.op('Gemm', [input, `w${i}`, `b${i}`], { transB: 1 }, options);
    const first = build.op('Relu', [linear('x', 1)], {}, { name: 'relu1' });
    const second = build.op('Relu', [linear(first, 2)], {}, { name: 'relu2' });
    linear(second, 3, { name: 'logits' });
    const model = new Model(graph, 17);
    nameInputs(model);
    return model;
  }

  function spiking(code: SpikeOnceAttributes['code'], steps: number): Model {
    const model = network();
    const sites = [...inputSites(model.graph), ...activationSites(model.graph)];
    const windows = [1, ...meta.largest_activations.map((largest) => 1.5 * largest)];
    const placed = sites.map((site, i) => {
      const attributes = spikeOnce.attributes.parse({ activation: i === 0 ? 'identity' : 'relu', code });
      return {
        ...site,
        ...neuronSpec(spikeOnce, attributes, { window: windows[i] ?? 0, offset: 0, slotShare: 1 }),
      };
    });
    return toSpikingForm(model, placed, steps);
  }

  /** Values, logits and spikes of the last run. */
  async function run(model: Model, steps: number) {
    const sites = sitesOf(model);
    const keep = sites.map(({ decoded }) => decoded);
    const plan = planRun(model, { steps, keep, statistics: true });
    const { shape, data } = golden('x');
    const { logits, values, activity } = await createOracleEngine(plan).run({ shape: [...shape], data });
    const last = (of: ArrayLike<number>) => Array.from(of).slice(-of.length / steps);
    return {
      logits: last(logits.data),
      values: keep.map((name) => last(lookUp(values, name, 'value').data)),
      spikes: sites.map(({ name }) => activity?.spikes[name]?.at(-1)),
    };
  }

  const deviation = (a: readonly number[], b: ArrayLike<number>) =>
    a.reduce((most, value, i) => Math.max(most, Math.abs(value - (b[i] ?? Number.NaN))), 0);

  test('has the times of all spikes and the logits in continuous time to 1e-12', async () => {
    const { logits, values, spikes } = await run(spiking('continuous', 1), 1);
    expect(spikes).toEqual(meta.spikes);
    expect(deviation(logits, golden('logits').data)).toBeLessThan(1e-12);
    for (const [i, name] of ['input_times', 'times1', 'times2'].entries()) {
      const times = values[i]?.map((value) => (meta.t_max[i] ?? 0) - value) ?? [];
      expect(deviation(times, golden(name).data)).toBeLessThan(1e-12);
    }
  });

  test.each([4, 8, 16, 64, 1024])(
    'has the logits and numbers of spikes with %i slots a window',
    async (slots) => {
      const { logits, spikes } = await run(spiking('linear', slots), slots);
      expect(deviation(logits, golden(`logits_K${slots}_round`).data)).toBeLessThan(1e-12);
      expect(spikes).toEqual(meta.slots[`K${slots}_round`]?.spikes);
    },
  );

  test.each([4, 8, 16, 64, 1024])(
    'has the golden floor, too, where what a neuron receives is smaller by half a slot, with %i slots',
    async (slots) => {
      const windows = [1, ...meta.largest_activations.map((largest) => 1.5 * largest)];
      const model = spiking('linear', slots);
      for (const [i, site] of sitesOf(model).entries()) {
        const build = GraphBuilder.behind(model.graph, site.value, `floor${i}.`);
        const half = build.constant('half', Tensor.float64([], [(windows[i] ?? 0) / slots / 2]));
        const lower = build.op('Sub', [site.value, half]);
        model.graph.setInput(site.node, 0, lower);
      }
      const { logits, spikes } = await run(model, slots);
      expect(deviation(logits, golden(`logits_K${slots}_floor`).data)).toBeLessThan(1e-12);
      expect(spikes).toEqual(meta.slots[`K${slots}_floor`]?.spikes);
    },
  );

  test('the older code, value = 1/time, has the golden times and fires falsely', () => {
    const rows = (name: string) => {
      const { shape, data } = golden(name);
      const [count = 1, length = 1] = shape;
      return Array.from({ length: count }, (_, i) => Array.from(data).slice(i * length, (i + 1) * length));
    };
    const layer = (i: number) => ({ weights: rows(`w${i}`), biases: golden(`b${i}`).data });
    const inputs = rows('baseline_input_times');
    const first = inputs.map((times) => inverseTimes(times, layer(1)));
    const second = first.map((times) => inverseTimes(times, layer(2)));
    for (const [name, found] of [
      ['baseline_times1', first],
      ['baseline_times2', second],
    ] as const) {
      for (const [row, expected] of rows(name).entries()) {
        for (const [i, time] of expected.entries()) {
          const own = found[row]?.[i] ?? Number.NaN;
          expect(Number.isFinite(own), `${name} ${row} ${i}`).toBe(Number.isFinite(time));
          if (Number.isFinite(time)) expect(Math.abs(own - time) / time).toBeLessThan(1e-12);
        }
      }
    }
    const activations = rows('activation1');
    const errors = activations.flatMap((row, r) =>
      row.map((value, i) => Math.abs(1 / (first[r]?.[i] ?? 0) - value)),
    );
    const falseSpikes = activations.flatMap((row, r) =>
      row.filter((value, i) => value === 0 && Number.isFinite(first[r]?.[i])),
    );
    const mean = errors.reduce((sum, each) => sum + each, 0) / errors.length;
    expect(mean).toBeCloseTo(meta.baseline.layer1_mean_abs_error, 10);
    expect(falseSpikes).toHaveLength(meta.baseline.layer1_false_spikes);
  });

  test.each([8, 16])('has the slot of every spike with %i slots a window', async (slots) => {
    const { values } = await run(spiking('linear', slots), slots);
    const windows = [1, ...meta.largest_activations.map((largest) => 1.5 * largest)];
    for (const [i, own] of values.entries()) {
      const found = own.map((value) => slots - Math.round((value * slots) / (windows[i] ?? 1)));
      expect(found).toEqual(Array.from(golden(`slot${i}_K${slots}_round`).data));
    }
  });

  test('errs in proportion to the length of a slot: slope −1 ± 0.1 from 16 to 1024', async () => {
    const counts = [16, 32, 64, 128, 256, 512, 1024];
    const model = spiking('linear', 1024);
    const sites = sitesOf(model);
    expect(sites).toHaveLength(3);
    const exact = golden('logits').data;
    const { shape, data } = golden('x');
    const { logits } = await createOracleEngine(planRun(model)).run({ shape: [...shape], data });
    const errors = counts.map((slots) => {
      const own = Array.from(logits.data).slice((slots - 1) * exact.length, slots * exact.length);
      return Math.sqrt(own.reduce((sum, x, i) => sum + (x - (exact[i] ?? 0)) ** 2, 0) / exact.length);
    });
    const [x, y] = [counts.map(Math.log), errors.map(Math.log)];
    const mean = (of: readonly number[]) => of.reduce((a, b) => a + b, 0) / of.length;
    const product = (a: readonly number[], b: readonly number[]) =>
      mean(a.map((each, i) => (each - mean(a)) * ((b[i] ?? 0) - mean(b))));
    const slope = product(x, y) / product(x, x);
    expect(Math.abs(slope + 1)).toBeLessThan(0.1);
  });

  test('has the gradients of the ReLU network through the times of spikes', async () => {
    const { labels } = meta;
    const { model } = unrollSpiking(spiking('continuous', 1), { steps: 1, batchSize: labels.length });
    const { graph } = model;
    const inputs = new Map<string, NdArray>([['x', golden('x')]]);
    for (const name of weightNames) {
      inputs.set(name, golden(name));
      graph.removeInitializer(name);
    }
    const targets = new Float64Array(labels.length * 4);
    for (const [row, label] of labels.entries()) targets[4 * row + label] = 1;
    inputs.set('targets', ndArray([labels.length, 4], targets));
    graph.setInputs(
      [...inputs].map(([name, { shape }]) => ({ name, dataType: 'float32', shape: [...shape] })),
    );
    losses['cross-entropy'](new GraphBuilder(graph), 'logits', 'targets');
    carryTrainingOperators(model, trainingOperators);
    const result = await differentiate(model, 'loss', weightNames);
    const keep = new Set(['loss', ...result.gradients.values()]);
    const found = evaluateModel(withExactConstants(result.model), inputs, { keep });
    expect(lookUp(found, 'loss', 'value').data[0]).toBeCloseTo(golden('loss').data[0] ?? 0, 10);
    for (const [name, gradient] of result.gradients) {
      const own = Array.from(lookUp(found, gradient, 'gradient').data);
      expect(deviation(own, golden(`grad_${name}`).data), name).toBeLessThan(1e-10);
    }
  });
});
