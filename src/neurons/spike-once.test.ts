import { describe, expect, it } from 'vitest';
import type { Placement } from '../analysis/placement.ts';
import { runNeuron } from '../dynamics/run-neuron.ts';
import { createInGraphEngine } from '../engines/in-graph-engine.ts';
import { createOracleEngine } from '../engines/oracle-engine.ts';
import { planRun } from '../engines/plan-run.ts';
import { createSegmentedEngine } from '../engines/segmented/segmented-engine.ts';
import { Graph } from '../graph/graph.ts';
import { Model } from '../graph/model.ts';
import { node } from '../graph/node.ts';
import { neuronSpec, sitesOf } from '../spiking/neuron-node.ts';
import { toSpikingForm } from '../spiking/spiking-form.ts';
import { exponentialCode, type SpikeOnceAttributes, spikeOnce } from './spike-once.ts';

const parameters = { window: 2, offset: 0, slotShare: 1 };

/** What a neuron tells of the same input in the runs with 1…T slots. */
function told(input: number, steps: number, given: Partial<SpikeOnceAttributes> = {}, own = parameters) {
  const values: number[] = [];
  const means = new Float64Array(steps).fill(input);
  runNeuron(spikeOnce, spikeOnce.attributes.parse(given), own, means, (_, _spike, decoded) => {
    values.push(decoded);
  });
  return values;
}

/** The same by what the equations of time say: a potential that rises by one a slot from what has arrived. */
function toldInTime(input: number, window: number, slots: number): number {
  const slot = window / slots;
  const threshold = window - slot / 2;
  for (let passed = 0; passed < slots; passed++) {
    if (input + passed * slot >= threshold) return window - passed * slot;
  }
  return 0;
}

const inputs = Array.from({ length: 60 }, (_, i) => (i - 12) / 19.7);

describe('neurons that spike once', () => {
  it('tell the value of the first slot in which a potential rising with slope 1 reaches the threshold', () => {
    for (const input of inputs) {
      for (const [i, value] of told(input, 9).entries()) {
        expect(value).toBeCloseTo(toldInTime(input, 2, i + 1), 12);
      }
    }
  });

  it('are the ReLU within their window in continuous time', () => {
    for (const input of inputs) {
      expect(told(input, 1, { code: 'continuous' })).toEqual([Math.min(Math.max(input, 0), 2)]);
    }
  });

  it('tell the nearest of the values of an exponential code, or nothing', () => {
    const { worths } = exponentialCode(2);
    for (const input of inputs) {
      for (const [i, value] of told(input, 6, { code: 'exponential' }).entries()) {
        const values = [...worths.slice(0, i + 1).map((worth) => 2 * worth), 0];
        const distances = values.map((each) => Math.abs(each - input));
        expect(Math.abs(value - input)).toBeCloseTo(Math.min(...distances), 12);
      }
    }
  });

  it('tell inputs from their offset on: silence is the offset', () => {
    const own = { window: 3, offset: -0.5, slotShare: 1 };
    expect(told(-0.5, 3, { activation: 'identity' }, own)).toEqual([-0.5, -0.5, -0.5]);
    expect(told(2.4, 3, { activation: 'identity' }, own)).toEqual([2.5, 2.5, 2.5]);
    expect(told(0.4, 3, { activation: 'identity' }, own)).toEqual([-0.5, 1, 0.5]);
  });

  it('have a share of the slots, and one at least', () => {
    const halved = told(0.7, 8, {}, { ...parameters, slotShare: 0.5 });
    const whole = told(0.7, 4);
    expect(halved).toEqual([1, 1, 2, 2, 3, 3, 4, 4].map((slots) => whole[slots - 1]));
    expect(told(0.7, 4, {}, { ...parameters, slotShare: 0.01 })[3]).toBe(whole[0]);
  });

  it.each(['linear', 'exponential', 'continuous'] as const)(
    'of code %s do the same in the kernel, in the graph and in the oracle, and spike once at most',
    async (code) => {
      const graph = new Graph('one-site');
      graph.setInputs([{ name: 'x', dataType: 'float32', shape: ['batch', 60] }]);
      graph.append(node('Identity', ['x'], ['carried']), node('Identity', ['carried'], ['y']));
      graph.setOutputs([{ name: 'y', dataType: 'float32', shape: ['batch', 60] }]);
      const place: Placement = { name: 'site', value: 'carried', readers: [{ node: 'y', input: 0 }] };
      const spec = neuronSpec(spikeOnce, spikeOnce.attributes.parse({ code }), parameters);
      const model = toSpikingForm(new Model(graph, 17), [{ ...place, ...spec }], 40);
      const counts = sitesOf(model).flatMap((site) => site.counts ?? []);
      const plan = planRun(model, { statistics: true, keep: counts });
      const input = { shape: [1, 60], data: Float32Array.from(inputs, (each) => each + 0.00123) };
      const exact = await createOracleEngine(plan).run(input);
      for (const create of [createInGraphEngine, createSegmentedEngine]) {
        const engine = await create(plan);
        const run = await engine.run(input).finally(() => engine.close());
        for (const [i, value] of exact.logits.data.entries()) {
          expect(run.logits.data[i]).toBeCloseTo(value, 5);
        }
        expect(run.activity).toEqual(exact.activity);
        expect(Math.max(...(run.values.get(counts[0] ?? '')?.data ?? []))).toBe(1);
      }
    },
  );
});
