import { describe, expect, it } from 'vitest';
import type { Placement } from '../analysis/placement.ts';
import { toActivationAttributes } from '../dynamics/activation-attributes.ts';
import { runNeuron } from '../dynamics/run-neuron.ts';
import { createInGraphEngine } from '../engines/in-graph-engine.ts';
import { createOracleEngine } from '../engines/oracle-engine.ts';
import { planRun } from '../engines/plan-run.ts';
import { Graph } from '../graph/graph.ts';
import { GraphBuilder } from '../graph/graph-builder.ts';
import { Model } from '../graph/model.ts';
import { Tensor } from '../graph/tensor.ts';
import { type NeuronSpec, sitesOf } from '../spiking/neuron-node.ts';
import { toSourceForm, toSpikingForm } from '../spiking/spiking-form.ts';
import { integrateAndFire, integrateAndFireParameters } from './integrate-and-fire.ts';

const attributes = toActivationAttributes({ kind: 'relu' });

/** Decoded values of every step for constant input x. */
function decode(x: number, steps: number, threshold: number, initial: number): number[] {
  const decoded: number[] = [];
  const means = new Float64Array(steps).fill(x);
  const parameters = integrateAndFireParameters(threshold, initial);
  runNeuron(integrateAndFire, attributes, parameters, means, (_position, _spike, value) =>
    decoded.push(value),
  );
  return decoded;
}

describe('integrateAndFire', () => {
  it.each([0, 0.5])('has the closed form of constant input, v(0) = %f thresholds', (initial) => {
    const [threshold, steps] = [1.7, 12];
    for (const x of [-2, -0.01, 0, 0.13, 0.5, 0.91, 1.3, 1.69, 1.71, 5]) {
      for (const [i, value] of decode(x, steps, threshold, initial).entries()) {
        const t = i + 1;
        const count = Math.min(Math.max(Math.floor((t * x) / threshold + initial), 0), t);
        expect(value).toBeCloseTo((count * threshold) / t, 12);
      }
    }
  });

  it('emits its amplitude and subtracts its threshold', () => {
    const means = new Float64Array(4).fill(1);
    const spikes: number[] = [];
    const parameters = { threshold: 2, initialPotential: 0, amplitude: 0.5 };
    runNeuron(integrateAndFire, attributes, parameters, means, (_position, spike) => spikes.push(spike));
    expect(spikes).toEqual([0, 0.5, 0, 0.5]);
  });

  it('takes parameters of its own for each channel', async () => {
    const model = convolutional({
      threshold: Tensor.float64([3, 1, 1], [0.5, 1, 2]),
      initialPotential: Tensor.float64([3, 1, 1], [0.25, 0, 1]),
      amplitude: Tensor.float64([3, 1, 1], [0.5, 1, 2]),
    });
    const plan = planRun(model, { steps: 8, statistics: true });
    const engine = await createInGraphEngine(plan);
    const data = Float32Array.from({ length: 2 * 3 * 4 }, (_, i) => Math.sin(i * 1.3) * 2 + 0.01);
    const input = { shape: [2, 3, 2, 2], data };
    const [fast, exact] = [await engine.run(input), await createOracleEngine(plan).run(input)];
    await engine.close();
    expect(fast.activity).toEqual(exact.activity);
    for (const [i, value] of exact.logits.data.entries()) expect(fast.logits.data[i]).toBeCloseTo(value, 5);
  });

  it('stands in the place of a ReLU, which the source form has again', () => {
    const model = convolutional(integrateAndFireParameters(1));
    expect(model.graph.nodes.map(({ opType }) => opType)).toEqual([
      'OpenTimeAxis',
      'Mul',
      'IntegrateAndFire',
      'GlobalAveragePool',
      'CloseTimeAxis',
    ]);
    const [site] = sitesOf(model);
    expect(site).toMatchObject({ name: 'relu.out', value: 'mul', carried: 'relu.out.activation' });
    const source = toSourceForm(model);
    expect(source.graph.producerOf('relu.out.activation')).toMatchObject({ opType: 'Relu', inputs: ['mul'] });
  });
});

/** x·1.1 → ReLU → average, with neurons in the place of the ReLU. */
function convolutional(parameters: NeuronSpec['parameters']): Model {
  const graph = new Graph('one-site');
  graph.addInput({ name: 'x', dataType: 'float32', shape: ['batch', 3, 2, 2] });
  const build = new GraphBuilder(graph);
  const scaled = build.op('Mul', ['x', build.scalar('factor', 1.1)]);
  const active = build.op('Relu', [scaled]);
  const pooled = build.op('GlobalAveragePool', [active], {}, { name: 'y' });
  graph.addOutput({ name: pooled, dataType: 'float32', shape: ['batch', 3, 1, 1] });
  const place: Placement = { name: 'relu.out', value: scaled, readers: [{ node: 'y', input: 0 }] };
  const spec = { neuron: integrateAndFire, attributes, parameters };
  return toSpikingForm(new Model(graph, 17), [{ ...place, ...spec }], 4);
}
