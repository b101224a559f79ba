import { describe, expect, it } from 'vitest';
import type { AttributesOf } from '../dynamics/define-neuron.ts';
import { createInGraphEngine } from '../engines/in-graph-engine.ts';
import { createOracleEngine } from '../engines/oracle-engine.ts';
import { planRun } from '../engines/plan-run.ts';
import { Graph } from '../graph/graph.ts';
import { GraphBuilder } from '../graph/graph-builder.ts';
import { Model } from '../graph/model.ts';
import { Tensor } from '../graph/tensor.ts';
import { evaluateModel } from '../interpreter/evaluate-model.ts';
import { ndArray } from '../interpreter/nd-array.ts';
import { setSteps, stepsOf } from '../spiking/neuron-node.ts';
import { toSourceForm, toSpikingForm } from '../spiking/spiking-form.ts';
import { hiddenStepsOf } from '../spiking/time-axis.ts';
import { integrateAndFireParameters } from './integrate-and-fire.ts';
import { offsetCalibrating } from './offset-calibrating.ts';

type Attributes = AttributesOf<typeof offsetCalibrating>;

function attributesWith(hiddenSteps: number, iterations = 1, judged = 'latest'): Attributes {
  return offsetCalibrating.attributes.parse({ hiddenSteps, iterations, judged });
}

/** Running means of a current. */
function meansOf(current: readonly number[]): Float64Array {
  let sum = 0;
  return Float64Array.from(current, (value, i) => {
    sum += value;
    return sum / (i + 1);
  });
}

/** The initial potential after hidden steps with this current; θ = 1, v(0) = 1/2. */
function calibrated(current: readonly number[], iterations = 1, judged = 'latest'): number {
  const attributes = attributesWith(current.length, iterations, judged);
  const { adapt } = offsetCalibrating.rehearsal!;
  return adapt(meansOf(current), integrateAndFireParameters(1, 0.5), attributes).initialPotential!;
}

describe('offsetCalibrating', () => {
  it('lowers the potential of a neuron that has fired too early to take it back', () => {
    // Fires at t = 1 on 1.5 and is left with −0.9: one spike too many for a mean of −0.1.
    expect(calibrated([1, -0.5, -0.5, -0.4])).toBeCloseTo(0.5 - 1, 12);
  });

  it('raises the potential of a neuron whose input came too late to fire enough', () => {
    // Two spikes in the last two steps; 1.1 thresholds are left over.
    expect(calibrated([-0.4, -0.4, 1.9, 1.5])).toBeCloseTo(0.5 + 1, 12);
    // The silent steps come to −0.4 at most: less than 1.401 more would not make them fire.
    expect(calibrated([-0.9, -0.9, 3, 1.5])).toBeCloseTo(0.5 + 1.401, 12);
  });

  it('leaves the potential alone if the residual is within one threshold', () => {
    expect(calibrated([0.3, 0.3, 0.3, 0.3])).toBe(0.5);
    expect(calibrated([-1, -1, -1, -1])).toBe(0.5);
  });

  it('leaves a neuron alone that has fired at every hidden step', () => {
    expect(calibrated([3, 3, 3, 3])).toBe(0.5);
  });

  it('shifts again, when told to, as long as the count is wrong', () => {
    const current = [2.2, 1, -1.5, -1.4];
    expect(calibrated(current, 2)).toBeLessThan(calibrated(current, 1) - 0.5);
    expect(calibrated(current, 8)).toBe(calibrated(current, 2));
  });

  it('shifts again by the residual that it had at first, when told to, whatever the shift before has done', () => {
    // 1.1 thresholds are left over: 1 is enough to shift once more, in spite of the spike that was gained. Silent at −0.3 then.
    const late = [-0.4, -0.4, 1.9, 1.5];
    expect(calibrated(late, 4)).toBeCloseTo(0.5 + 1, 12);
    expect(calibrated(late, 2, 'first')).toBeCloseTo(0.5 + 1 + 1.301, 12);
    expect(calibrated(late, 4, 'first')).toBe(calibrated(late, 2, 'first'));
    // 2.4 are left over: shifts at 1, 1 and 2, but not at 3.
    expect(calibrated([0, 0, 0, 2.9], 4)).toBeCloseTo(0.5 + 2, 12);
    expect(calibrated([0, 0, 0, 2.9], 4, 'first')).toBeCloseTo(0.5 + 3, 12);
    // Two spikes at −2: as many are taken back as there were.
    expect(calibrated([3, -0.5, -4], 4, 'first')).toBeCloseTo(calibrated([3, -0.5, -4], 2), 12);
  });

  it.each([
    [1, 'latest'],
    [3, 'latest'],
    [3, 'first'],
  ])(
    'rehearses layer after layer alike in all lowerings, %i iterations by the %s residual',
    async (iterations, judged) => {
      const model = twoLayers(attributesWith(3, iterations, judged));
      const plan = planRun(model, { steps: 5, statistics: true });
      const data = Float32Array.from({ length: 12 }, (_, i) => Math.sin(i * 1.7 + 0.3) * 1.3);
      const exact = await createOracleEngine(plan).run({ shape: [2, 6], data });
      expect(exact.logits.shape).toEqual([5, 2, 2]);

      const steps = model.clone();
      setSteps(steps, 5);
      const lowered = evaluateModel(steps, { x: ndArray([2, 6], Float64Array.from(data)) }).get('y')!;
      expect(lowered.shape).toEqual([5, 2, 2]);
      // The steps of the function are float64 here, but its constants are float32.
      for (const [i, value] of exact.logits.data.entries()) expect(lowered.data[i]).toBeCloseTo(value, 5);

      const engine = await createInGraphEngine(plan);
      const fast = await engine.run({ shape: [2, 6], data });
      await engine.close();
      for (const [i, value] of exact.logits.data.entries()) expect(fast.logits.data[i]).toBeCloseTo(value, 5);
      expect(fast.activity).toEqual(exact.activity);
      expect(exact.activity!.hiddenSteps).toBe(3);
      expect(Object.keys(exact.activity!.spikes)).toEqual(['a', 'b']);
      expect(exact.activity!.spikes.a).toHaveLength(8);
    },
  );

  it('does not count its hidden steps among the steps of a model', () => {
    const model = twoLayers(attributesWith(3));
    expect(hiddenStepsOf(model)).toBe(3);
    expect(stepsOf(model)).toBe(4);
    setSteps(model, 9);
    expect(stepsOf(model)).toBe(9);
    expect(toSourceForm(model).graph.nodes.map(({ opType }) => opType)).toEqual([
      'Relu',
      'MatMul',
      'Relu',
      'MatMul',
      'Identity',
      'Identity',
    ]);
  });

  it('refuses neurons with different numbers of hidden steps in one network', () => {
    expect(() => twoLayers(attributesWith(3), attributesWith(4))).toThrow(
      "site 'b': expected 3 hidden steps, as at site 'a', got 4. Give all neurons of a network the same number of hidden steps.",
    );
  });
});

/** x → ReLU → linear → ReLU → linear → y with neurons in the place of both ReLUs. */
function twoLayers(first: Attributes, second = first): Model {
  const graph = new Graph('two-layers');
  graph.addInput({ name: 'x', dataType: 'float32', shape: ['batch', 6] });
  const build = new GraphBuilder(graph);
  const weight = (name: string, rows: number, columns: number) => {
    const values = Array.from({ length: rows * columns }, (_, i) => Math.sin(i * 2.1 + rows));
    return build.constant(name, Tensor.float32([rows, columns], values));
  };
  const hidden = build.op('MatMul', [build.op('Relu', ['x'], {}, { name: 'ra' }), weight('w1', 6, 5)]);
  const output = build.op('MatMul', [build.op('Relu', [hidden], {}, { name: 'rb' }), weight('w2', 5, 2)]);
  build.op('Identity', [output], {}, { name: 'y' });
  graph.addOutput({ name: 'y', dataType: 'float32', shape: ['batch', 2] });
  const spec = (attributes: Attributes) => ({
    neuron: offsetCalibrating,
    attributes,
    parameters: integrateAndFireParameters(0.8, 0.5),
  });
  const placed = [
    { name: 'a', value: 'x', readers: [{ node: hidden, input: 0 }], ...spec(first) },
    { name: 'b', value: hidden, readers: [{ node: output, input: 0 }], ...spec(second) },
  ];
  return toSpikingForm(new Model(graph, 17), placed, 4);
}
