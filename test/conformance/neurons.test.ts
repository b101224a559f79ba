import { describe, expect, it } from 'vitest';
import type { Placement } from '../../src/analysis/placement.ts';
import { initialState } from '../../src/dynamics/initial-state.ts';
import { runNeuron } from '../../src/dynamics/run-neuron.ts';
import { createInGraphEngine } from '../../src/engines/in-graph-engine.ts';
import { createOracleEngine } from '../../src/engines/oracle-engine.ts';
import { planRun, type RunResult } from '../../src/engines/plan-run.ts';
import { createSegmentedEngine } from '../../src/engines/segmented/segmented-engine.ts';
import { Graph } from '../../src/graph/graph.ts';
import { Model } from '../../src/graph/model.ts';
import { node } from '../../src/graph/node.ts';
import { Tensor } from '../../src/graph/tensor.ts';
import { kernels } from '../../src/kernels/kernels.ts';
import { neurons } from '../../src/neurons/neurons.ts';
import { sitesOf } from '../../src/spiking/neuron-node.ts';
import { toSpikingForm } from '../../src/spiking/spiking-form.ts';

/** A network of one neuron site and nothing else: what goes in at every step is x. */
function oneSite(
  neuron: (typeof neurons)[number],
  opset: number,
  parameter: number | Tensor,
  width = 5,
): Model {
  const graph = new Graph('one-site');
  graph.setInputs([{ name: 'x', dataType: 'float32', shape: ['batch', width] }]);
  graph.append(node('Identity', ['x'], ['carried']), node('Identity', ['carried'], ['y']));
  graph.setOutputs([{ name: 'y', dataType: 'float32', shape: ['batch', width] }]);
  const place: Placement = { name: 'site', value: 'carried', readers: [{ node: 'y', input: 0 }] };
  const parameters = Object.fromEntries(neuron.parameters.map((name) => [name, parameter]));
  const spec = { neuron, attributes: neuron.attributes.parse({}), parameters };
  return toSpikingForm(new Model(graph, opset), [{ ...place, ...spec }], 4);
}

/** Inputs away from ties, where float32 and float64 would rightly part: multiples of an irrational number. */
const toInput = (numbers: readonly number[]) => ({
  shape: [2, 5],
  data: Float32Array.from(numbers, (value) => (value * Math.SQRT2) / 1000 + 1e-4),
});

describe.each(neurons.map((neuron) => [neuron.name, neuron] as const))('neuron %s', (_, neuron) => {
  // Deep networks are chaotic: one unit in the last place makes another network of it some layers on.
  it.runIf(kernels.some((kernel) => kernel.neuron === neuron.name)).each([
    ['one threshold', 0.37],
    [
      'thresholds of their own',
      Tensor.float64(
        [173],
        Array.from({ length: 173 }, (_, i) => 0.2 + i / 311),
      ),
    ],
  ])('rounds in its kernel as in ONNX Runtime, bit for bit: %s', async (_name, parameter) => {
    const model = oneSite(neuron, 17, parameter, 173);
    const data = Float32Array.from({ length: 3 * 173 }, (_, i) => Math.sin(i * i) * 2 ** ((i % 9) - 4));
    const plan = planRun(model, { steps: 7, keep: sitesOf(model).map((site) => site.spikes) });
    const engines = [await createInGraphEngine(plan), await createSegmentedEngine(plan)];
    const [expected, got] = await Promise.all(engines.map((engine) => engine.run({ shape: [3, 173], data })));
    const spikes = sitesOf(model)[0]!.spikes;
    const values = ({ logits, values }: RunResult) => [...logits.data, ...values.get(spikes)!.data];
    const theirs = values(expected!);
    const different = values(got!).flatMap((value, i) =>
      value === theirs[i] ? [] : [`${i}: ${value} for ${theirs[i]}`],
    );
    expect(different).toEqual([]);
    await Promise.all(engines.map((engine) => engine.close()));
  });

  it('runs any number of steps with the same function', async () => {
    const model = oneSite(neuron, 17, 0.5);
    for (const steps of [1, 2, 7]) {
      const engine = await createInGraphEngine(planRun(model, { steps }));
      expect((await engine.run(toInput([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]))).logits.shape).toEqual([
        steps,
        2,
        5,
      ]);
      await engine.close();
    }
  });

  it('counts each spike at the level it has', () => {
    const attributes = neuron.attributes.parse({});
    const parameters = Object.fromEntries(neuron.parameters.map((name) => [name, 0.25]));
    const levels = neuron.levels(attributes);
    const state = initialState(neuron, parameters, attributes);
    for (let t = 1; t <= 20; t++) {
      const spike = neuron.step({ mean: 3.3 * Math.sin(t), t }, state, parameters, attributes);
      if (spike === 0) continue;
      const level = neuron.levelOf(spike, parameters, attributes);
      if (neuron.spikeCount === undefined) expect(levels[level]! * 0.25).toBeCloseTo(Math.abs(spike), 12);
      else expect(levels[level]).toBeDefined();
    }
  });

  it('says how many spikes make up the output of a step', () => {
    const attributes = neuron.attributes.parse({});
    const parameters = Object.fromEntries(neuron.parameters.map((name) => [name, 0.25]));
    const largest = 0.25 * neuron.levels(attributes).at(-1)!;
    const means = Float64Array.from({ length: 20 }, (_, i) => 3.3 * Math.sin(i + 1));
    runNeuron(neuron, attributes, parameters, means, (_position, spike, _decoded, count) => {
      expect(Number.isInteger(count)).toBe(true);
      expect(count > 0).toBe(spike !== 0);
      expect(Math.abs(spike)).toBeLessThanOrEqual(count * largest * (1 + 1e-12));
    });
  });

  it.runIf(neuron.spikeCount !== undefined)(
    'counts the same spikes in the graph as in its step',
    async () => {
      const plan = planRun(oneSite(neuron, 17, 0.37), { statistics: true });
      const input = toInput([10, -700, 250, 3999, -4000, 1, 0, 33, -34, 1234]);
      const exact = await createOracleEngine(plan).run(input);
      for (const create of [createInGraphEngine, createSegmentedEngine]) {
        const engine = await create(plan);
        expect((await engine.run(input)).activity).toEqual(exact.activity);
        await engine.close();
      }
    },
  );

  it('keeps parameters as precisely as they are given', () => {
    const [site] = sitesOf(oneSite(neuron, 17, 0.1));
    for (const tensor of Object.values(site!.parameters)) expect(tensor).toEqual(Tensor.float64([], [0.1]));
  });
});
