import { describe, expect, it } from 'vitest';
import { tiny, tinyImages, tinyWeights, writeCheckpoint } from '../checkpoints/tiny-vit.fixture.ts';
import { convert } from '../conversion/convert.ts';
import { createInGraphEngine } from '../engines/in-graph-engine.ts';
import { createOracleEngine } from '../engines/oracle-engine.ts';
import { planRun } from '../engines/plan-run.ts';
import type { FloatTensor } from '../graph/float-tensor.ts';
import { Graph } from '../graph/graph.ts';
import { GraphBuilder } from '../graph/graph-builder.ts';
import { Model } from '../graph/model.ts';
import { node } from '../graph/node.ts';
import { sizeOf } from '../graph/shape.ts';
import { Tensor } from '../graph/tensor.ts';
import { verifyModel } from '../graph/verify-model.ts';
import { ecmt } from '../methods/ecmt.ts';
import { openCheckpoint } from '../opening/open-checkpoint.ts';
import { toSourceForm } from '../spiking/spiking-form.ts';
import { toBinarySpikes } from './to-binary-spikes.ts';

const vitImages: FloatTensor = { shape: [3, 3, tiny.height, tiny.width], data: tinyImages(3) };

async function spikingVit(preset: string): Promise<Model> {
  const { model } = await openCheckpoint(await writeCheckpoint(tinyWeights()));
  return (await convert(model, { method: ecmt, preset, steps: 3, calibration: () => [vitImages] })).model;
}

const wave = (size: number) => Float32Array.from({ length: size }, (_, i) => Math.sin(3 * i + 1));

/** Grouped convolution, Gemm both ways round, and a weight on the left: every place where channels must be folded in. */
function everyLinearOperator(): Model {
  const graph = new Graph('linear-operators');
  graph.setInputs([{ name: 'x', dataType: 'float32', shape: ['batch', 2, 5, 5] }]);
  const build = new GraphBuilder(graph);
  const weight = (name: string, ...shape: number[]) =>
    build.constant(name, Tensor.float32(shape, wave(sizeOf(shape))));
  const first = build.op('Relu', [
    build.op('Conv', ['x', weight('w1', 4, 2, 3, 3)], { kernel_shape: [3, 3] }),
  ]);
  const grouped = build.op('Conv', [first, weight('w2', 4, 2, 2, 2), weight('b2', 4)], { group: 2 });
  const rows = build.op('Reshape', [build.op('Relu', [grouped]), build.integers('rows', [0, 4, 4])]);
  const left = build.op('MatMul', [weight('w3', 3, 4), rows]);
  const flat = build.op('Flatten', [build.op('Relu', [left])], { axis: 1 });
  const gemm = build.op('Gemm', [flat, weight('w4', 6, 12), weight('b4', 6)], { transB: 1 });
  const plain = build.op('Gemm', [build.op('Relu', [gemm]), weight('w5', 6, 6)]);
  graph.append(node('MatMul', [plain, weight('w6', 6, 4)], ['y']));
  graph.setOutputs([{ name: 'y', dataType: 'float32', shape: ['batch', 4] }]);
  return new Model(graph, 17);
}

async function compare(spiking: Model, input: FloatTensor): Promise<{ float64: number; float32: number }> {
  const binary = await toBinarySpikes(spiking);
  verifyModel(binary, 'binary form');
  const deviation = async (make: (model: Model) => Promise<FloatTensor>) => {
    const [a, b] = [await make(spiking), await make(binary)];
    return Array.from(a.data).reduce((max, value, i) => Math.max(max, Math.abs(value - b.data[i]!)), 0);
  };
  return {
    float64: await deviation(async (model) => (await createOracleEngine(planRun(model)).run(input)).logits),
    float32: await deviation(async (model) => {
      const engine = await createInGraphEngine(planRun(model));
      return (await engine.run(input).finally(() => engine.close())).logits;
    }),
  };
}

describe('toBinarySpikes', () => {
  it.each(['tuned', 'reference'])(
    'equals the multi-threshold form of a Vision Transformer, preset %s',
    async (preset) => {
      const { float64, float32 } = await compare(await spikingVit(preset), vitImages);
      expect(float64).toBeLessThan(1e-12);
      expect(float32).toBeLessThan(1e-4);
    },
  );

  it('equals the multi-threshold form around convolutions, groups, Gemm and weights on the left', async () => {
    const input = { shape: [2, 2, 5, 5], data: wave(100) };
    const { model } = await convert(everyLinearOperator(), {
      method: ecmt,
      steps: 3,
      calibration: () => [input],
    });
    const { float64, float32 } = await compare(model, input);
    expect(float64).toBeLessThan(1e-12);
    expect(float32).toBeLessThan(1e-3);
  });

  it('feeds synaptic operators with zeros and ones only', async () => {
    const spiking = await spikingVit('tuned');
    const binary = await toBinarySpikes(spiking);
    const channels = binary.graph.nodes.filter(({ opType }) => opType === 'ParallelSpikes');
    expect(channels).toHaveLength(16);
    const spikes = channels.map(({ outputs }) => outputs[1]!);
    const { values } = await createOracleEngine(planRun(binary, { keep: spikes })).run(vitImages);
    for (const name of spikes) {
      expect(values.get(name)!.shape.at(-1)).toBe(16);
      expect([...new Set(values.get(name)!.data)].sort()).toEqual([0, 1]);
    }
    for (const { opType, inputs } of binary.graph.nodes) {
      if (opType === 'MatMul') for (const name of inputs) expect(name).not.toMatch(/\.decoded$/);
    }
  });

  it('does not pretend to know the source network any more', async () => {
    const binary = await toBinarySpikes(await spikingVit('tuned'));
    expect(() => toSourceForm(binary)).toThrow(
      'expected a neuron whose running means are read, got readers of its single spikes, as in the binary-spike form. Use the spiking model that this one was exported from.',
    );
  });

  it('lists the operators that have no binary form', async () => {
    const model = everyLinearOperator();
    const { graph } = model;
    const gemm = graph.nodes.find(({ opType }) => opType === 'Gemm')!;
    const build = new GraphBuilder(graph);
    const weight = build.constant('w7', Tensor.float32([12, 6], wave(72)));
    graph.replaceNode(
      gemm,
      node('Einsum', [gemm.inputs[0]!, weight], gemm.outputs, { equation: 'ij,jk->ik' }, { name: 'einsum' }),
    );
    const input = { shape: [2, 2, 5, 5], data: wave(100) };
    const { model: spiking } = await convert(model, { method: ecmt, steps: 2, calibration: () => [input] });
    await expect(toBinarySpikes(spiking)).rejects.toThrow(
      "binary-spikes: cannot be exported; export it as unrolled, or convert it by ecmt:\n  - Einsum 'einsum': no binary form for this operator",
    );
  });
});
