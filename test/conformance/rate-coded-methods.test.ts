import { describe, expect, it } from 'vitest';
import { convert } from '../../src/conversion/convert.ts';
import { createInGraphEngine } from '../../src/engines/in-graph-engine.ts';
import { createOracleEngine } from '../../src/engines/oracle-engine.ts';
import { planRun } from '../../src/engines/plan-run.ts';
import { createSegmentedEngine } from '../../src/engines/segmented/segmented-engine.ts';
import { Graph } from '../../src/graph/graph.ts';
import { GraphBuilder } from '../../src/graph/graph-builder.ts';
import { Model } from '../../src/graph/model.ts';
import { methodNamed, methods } from '../../src/methods/methods.ts';
import { rateCodedConverts } from '../../src/methods/rate-coded.ts';
import { hiddenStepsOf } from '../../src/spiking/time-axis.ts';
import { deviationFromSource } from './deviation-from-source.fixture.ts';
import { cnnImages, residualCnn } from './residual-cnn.fixture.ts';

/** The T at which a preset must be this near to its source: root mean square of the logits' deviation, relative. */
const targets: Record<string, { steps: number; within: number; sites?: number }> = {
  'rate/percentile': { steps: 256, within: 0.05 },
  'rate/max': { steps: 256, within: 0.05 },
  'rate/half-max': { steps: 256, within: 0.3 },
  'rate/channel-percentile': { steps: 256, within: 0.05 },
  'rate/channel-percentile-half': { steps: 128, within: 0.05 },
  'opi/bound': { steps: 64, within: 0.05 },
  'opi/fitted': { steps: 32, within: 0.1 },
  'cos/rho4': { steps: 16, within: 0.1 },
  'cos/rho4-iterated': { steps: 16, within: 0.1 },
  'cos/rho8': { steps: 16, within: 0.1 },
  'cos/rho8-iterated': { steps: 16, within: 0.1 },
  'cos/rho4-first-residual': { steps: 16, within: 0.1 },
  'ecc/max': { steps: 64, within: 0.05 },
  'ecc/percentile': { steps: 64, within: 0.05 },
  'ecc/fitted': { steps: 16, within: 0.1 },
  // Average pooling is a spiking layer of its own there.
  'ecc/as-published': { steps: 64, within: 0.05, sites: 6 },
  'ecc/unbounded': { steps: 64, within: 0.05 },
  'ecc/extended': { steps: 64, within: 0.05 },
  // The picture is told by spikes, too.
  'spike-once/percentile': { steps: 32, within: 0.05, sites: 5 },
  'spike-once/max': { steps: 32, within: 0.05, sites: 5 },
  'spike-once/fitted': { steps: 16, within: 0.1, sites: 5 },
  'spike-once/channels': { steps: 16, within: 0.1, sites: 5 },
  'spike-once/exponential': { steps: 12, within: 0.2, sites: 5 },
  'spike-once/continuous': { steps: 1, within: 0.01, sites: 5 },
  'ultra-low-latency/match-mean': { steps: 64, within: 0.15 },
  'ultra-low-latency/least-squares': { steps: 64, within: 0.15 },
};

const presets = methods
  .filter(({ converts }) => converts === rateCodedConverts)
  .flatMap((method) =>
    Object.entries(method.presets)
      // Those are for quantised networks: quantise-network.test.ts converts one.
      .filter(([, { needsScales }]) => !needsScales)
      .map(([preset]) => `${method.name}/${preset}`),
  );

const calibration = () => [cnnImages(32, 1), cnnImages(32, 2)];

async function converted(id: string, steps: number, opset = 17) {
  const [name, preset] = id.split('/') as [string, string];
  const source = residualCnn(opset);
  const result = await convert(source, {
    method: methodNamed(name),
    preset,
    steps,
    calibration,
    batchSize: 32,
  });
  return { source, ...result };
}

describe('methods of the rate-coded family', () => {
  it.each(presets)('%s comes near to its source', async (id) => {
    const target = targets[id];
    if (!target) throw new Error(`state a target for ${id}`);
    const { source, model, record } = await converted(id, target.steps);
    expect(record.sites).toHaveLength(target.sites ?? 4);
    expect(await deviationFromSource(source, model, cnnImages(16, 3))).toBeLessThan(target.within);
  });

  it.each([11, 13, 17, 21])('converts exports at opset %i alike', async (opset) => {
    const { model } = await converted('cos/rho4', 4, opset);
    const engine = await createInGraphEngine(planRun(model));
    const { logits } = await engine.run(cnnImages(2, 4));
    await engine.close();
    const reference = await converted('cos/rho4', 4);
    const exact = await createOracleEngine(planRun(reference.model)).run(cnnImages(2, 4));
    for (const [i, value] of exact.logits.data.entries()) expect(logits.data[i]).toBeCloseTo(value, 4);
  });

  it.each(['rate/channel-percentile-half', 'opi/bound', 'cos/rho4', 'ecc/percentile'])(
    '%s runs in the segmented engine as in the oracle, spike for spike',
    async (id) => {
      const { model } = await converted(id, 5);
      const plan = planRun(model, { statistics: true });
      const engine = await createSegmentedEngine(plan);
      const images = cnnImages(3, 7);
      const [fast, exact] = [await engine.run(images), await createOracleEngine(plan).run(images)];
      await engine.close();
      expect(fast.logits.shape).toEqual([5, 3, 5]);
      for (const [i, value] of exact.logits.data.entries()) expect(fast.logits.data[i]).toBeCloseTo(value, 4);
      expect(fast.activity).toEqual(exact.activity);
    },
  );

  it('names the hidden steps of cos in the record and in the plan', async () => {
    const { model, record } = await converted('cos/rho8', 2);
    expect(record.hiddenSteps).toBe(8);
    expect(hiddenStepsOf(model)).toBe(8);
    expect(planRun(model)).toMatchObject({ steps: 2, hiddenSteps: 8 });
    expect((await converted('opi/bound', 2)).record.hiddenSteps).toBeUndefined();
  });

  it('refuses a network without an activation to stand for', async () => {
    const graph = new Graph('linear');
    graph.addInput({ name: 'x', dataType: 'float32', shape: ['batch', 3] });
    new GraphBuilder(graph).op('Tanh', ['x'], {}, { name: 'y' });
    graph.addOutput({ name: 'y', dataType: 'float32', shape: ['batch', 3] });
    const options = { method: methodNamed('rate'), steps: 4, calibration: () => [] };
    await expect(convert(new Model(graph, 17), options)).rejects.toThrow(
      "graph 'linear': expected activation functions (ReLU, clipped ReLU, ReLU6, QCFS) that lead to a Conv, Gemm or MatMul, got none among 1 nodes (no synaptic operators at all; no activations that neurons could stand for). Check that this is the network you mean: there is nothing to convert in it.",
    );
  });
});
