import { describe, expect, it } from 'vitest';
import {
  runNetwork,
  tiny,
  tinyImages,
  tinyWeights,
  writeCheckpoint,
} from '../checkpoints/tiny-vit.fixture.ts';
import { createInGraphEngine } from '../engines/in-graph-engine.ts';
import { planRun } from '../engines/plan-run.ts';
import { Graph } from '../graph/graph.ts';
import { GraphBuilder } from '../graph/graph-builder.ts';
import { Model } from '../graph/model.ts';
import { node } from '../graph/node.ts';
import { Tensor } from '../graph/tensor.ts';
import { ecmt } from '../methods/ecmt.ts';
import { openCheckpoint } from '../opening/open-checkpoint.ts';
import { sitesOf, stepsOf } from '../spiking/neuron-node.ts';
import { readConversionRecord } from './conversion-record.ts';
import { convert } from './convert.ts';

const shape = [4, 3, tiny.height, tiny.width];
const images = { shape, data: tinyImages(4) };
const calibration = () => [images];

async function tinyVit(): Promise<Model> {
  return (await openCheckpoint(await writeCheckpoint(tinyWeights()))).model;
}

/** Three layers with ReLU between, as a network that can be converted. */
function perceptron(edit: (graph: Graph, build: GraphBuilder) => void = () => undefined): Model {
  const graph = new Graph('perceptron');
  graph.setInputs([{ name: 'x', dataType: 'float32', shape: ['batch', 4] }]);
  const build = new GraphBuilder(graph);
  const weight = build.constant(
    'w',
    Tensor.float32(
      [4, 4],
      Array.from({ length: 16 }, (_, i) => Math.sin(i)),
    ),
  );
  const hidden = build.op('Relu', [build.op('MatMul', ['x', weight], {}, { name: 'fc1' })]);
  const deeper = build.op('Relu', [build.op('MatMul', [hidden, weight], {}, { name: 'fc2' })]);
  edit(graph, build);
  graph.append(node('MatMul', [deeper, weight], ['y'], {}, { name: 'head' }));
  graph.setOutputs([{ name: 'y', dataType: 'float32', shape: ['batch', 4] }]);
  return new Model(graph, 17);
}

const fourNumbers = () => [{ shape: [2, 4], data: Float32Array.of(1, -2, 3, 0.5, 2, 0, -1, 1) }];

describe('convert', () => {
  it.each(['tuned', 'reference'])(
    'gives a network that comes to its source with many steps, preset %s',
    async (preset) => {
      const source = await tinyVit();
      const { model, record } = await convert(source, { method: ecmt, preset, steps: 4, calibration });
      expect(sitesOf(model)).toHaveLength(16);
      expect(stepsOf(model)).toBe(4);
      expect(record).toMatchObject({ method: 'ecmt', preset, steps: 4, calibration: 'activations' });
      expect(record.parityDeviation).toBeLessThan(1e-5);
      expect(readConversionRecord(model)).toEqual(record);
      const engine = await createInGraphEngine(planRun(model, { steps: 1000 }));
      const { logits } = await engine.run(images);
      await engine.close();
      const expected = await runNetwork(source, images.data, 4);
      const last = logits.data.subarray(-expected.length);
      for (const [i, value] of expected.entries()) expect(last[i]).toBeCloseTo(value, 1);
    },
  );

  it('does not change the network it is given', async () => {
    const source = await tinyVit();
    const before = source.graph.nodes.length;
    await convert(source, { method: ecmt, steps: 2, calibration });
    expect(source.graph.nodes).toHaveLength(before);
    expect(sitesOf(source)).toHaveLength(0);
  });

  it('calibrates the same whatever the order and size of batches, preset tuned', async () => {
    const source = await tinyVit();
    const size = images.data.length / 4;
    const single = (i: number) => ({
      shape: [1, ...shape.slice(1)],
      data: images.data.slice(i * size, (i + 1) * size),
    });
    const thresholds = async (batches: () => { shape: number[]; data: Float32Array }[]) =>
      sitesOf((await convert(source, { method: ecmt, steps: 2, calibration: batches })).model).map(
        ({ parameters }) => parameters.thresholdPositive!.toNumbers()[0]!,
      );
    const [together, apart] = [
      await thresholds(calibration),
      await thresholds(() => [3, 1, 0, 2].map(single)),
    ];
    for (const [i, threshold] of together.entries()) expect(apart[i]! / threshold).toBeCloseTo(1, 2);
  });

  it('refuses T < 1', async () => {
    await expect(convert(perceptron(), { method: ecmt, steps: 0, calibration })).rejects.toThrow(
      'time-steps T: expected an integer from 1 to 4096, got 0. Choose T ≥ 1, for example 4.',
    );
  });

  it('asks for calibration data or thresholds', async () => {
    await expect(convert(perceptron(), { method: ecmt, steps: 2 })).rejects.toThrow(
      'convert: expected calibration data or thresholds, got neither. Give the option calibration or thresholds.',
    );
  });

  it('refuses a network with nothing to convert', async () => {
    const graph = new Graph('flat');
    graph.setInputs([{ name: 'x', dataType: 'float32', shape: ['batch', 4] }]);
    graph.append(node('Relu', ['x'], ['y']));
    graph.setOutputs([{ name: 'y', dataType: 'float32', shape: ['batch', 4] }]);
    await expect(
      convert(new Model(graph, 17), { method: ecmt, steps: 2, calibration: fourNumbers }),
    ).rejects.toThrow(
      "graph 'flat': expected synaptic operators (MatMul, Gemm, Conv…) between the first one and the classifier head, got none among 1 nodes (no synaptic operators at all; activations: relu).",
    );
  });

  it('lists everything that cannot be converted before running anything', async () => {
    const model = perceptron((graph, build) => {
      build.op('LSTM', ['x', 'w', 'w'], {}, { name: 'memory' });
      build.op('RandomNormalLike', ['x'], {}, { name: 'noise' });
      graph.addInput({ name: 'names', dataType: undefined, shape: undefined });
    });
    await expect(convert(model, { method: ecmt, steps: 2, calibration: fourNumbers })).rejects.toThrow(
      [
        "graph 'perceptron': cannot be converted:",
        "  - input 'names': expected numbers, got an unknown type. Export the model with inputs that are tensors of numbers.",
        "  - input 'names': expected a known number of axes, got an unknown shape. Export the model with the shapes of its inputs.",
        "  - LSTM 'memory': recurrent operators have a time axis of their own. Convert the feed-forward part.",
        "  - RandomNormalLike 'noise': its output changes from step to step. Export the model in evaluation mode.",
      ].join('\n'),
    );
  });

  it('names the site where activations are not finite', async () => {
    const batches = () => [{ shape: [1, 4], data: Float32Array.of(3e38, -3e38, 3e38, 3e38) }];
    await expect(convert(perceptron(), { method: ecmt, steps: 2, calibration: batches })).rejects.toThrow(
      "site 'fc2.in': expected finite activations, got Infinity in the batch after calibration image 0. Check the preprocessing, and that the source network gives finite numbers on these inputs.",
    );
  });

  it('refuses calibration without images', async () => {
    await expect(convert(perceptron(), { method: ecmt, steps: 2, calibration: () => [] })).rejects.toThrow(
      'calibration: expected at least one image, got none.',
    );
  });

  it('refuses a network that mixes the images of a batch', async () => {
    const model = perceptron((graph, build) => {
      // A sum over the batch counts every image once for each time-step.
      const rows = build.op('ReduceSum', ['relu', build.integers('axes', [0])], { keepdims: 1 });
      const mixed = build.op('Add', ['relu', rows], {}, { name: 'mixed' });
      const fc2 = graph.nodes.find(({ name }) => name === 'fc2')!;
      graph.setNodes([...graph.nodes.filter((each) => each !== fc2 && each.name !== 'relu_1')]);
      graph.append(fc2, node('Relu', ['fc2'], ['relu_1']));
      graph.setInput(fc2, 0, mixed);
    });
    await expect(convert(model, { method: ecmt, steps: 2, calibration: fourNumbers })).rejects.toThrow(
      "graph 'perceptron': expected a network that treats every image of a batch by itself",
    );
  });

  it('refuses a network whose batch length cannot be freed', async () => {
    const model = perceptron((graph, build) => {
      const fixed = build.op('Reshape', ['relu', build.integers('two-rows', [2, 4])]);
      const fc2 = graph.nodes.find(({ name }) => name === 'fc2')!;
      graph.setNodes([...graph.nodes.filter((each) => each !== fc2 && each.name !== 'relu_1')]);
      graph.append(fc2, node('Relu', ['fc2'], ['relu_1']));
      graph.setInput(fc2, 0, fixed);
      graph.setInputs([{ name: 'x', dataType: 'float32', shape: [2, 4] }]);
    });
    await expect(convert(model, { method: ecmt, steps: 2, calibration: fourNumbers })).rejects.toThrow(
      'Export the model with a batch axis in front',
    );
  });
});

describe('convert with imported thresholds', () => {
  const place = (name: string, where: string) => ({
    name,
    place: where,
    scale_p: 0.1,
    scale_n: 0.2,
    times: 6,
    gap: 2,
  });
  const places = ['fc_qkv', 'q', 'k', 'v', 's', 'fc_out', 'fc1', 'fc2'];
  const all = [0, 1].flatMap((block) => places.map((each) => place(`blocks.${block}.x`, each)));

  it('gives every site the thresholds of its block and place', async () => {
    const thresholds = { json: all, where: 'thresholds.json' };
    const { model } = await convert(await tinyVit(), {
      method: ecmt,
      preset: 'reference',
      steps: 2,
      thresholds,
    });
    for (const { attributes, parameters } of sitesOf(model)) {
      expect(attributes).toEqual({ levels: 6, base: 2, rule: 'floor' });
      expect([...parameters.thresholdNegative!.toNumbers()]).toEqual([0.2]);
    }
  });

  it('lists sites without an entry and entries without a site', async () => {
    const thresholds = { json: [...all.slice(1), place('blocks.7.x', 'q')], where: 't.json' };
    await expect(convert(await tinyVit(), { method: ecmt, steps: 2, thresholds })).rejects.toThrow(
      [
        't.json: the thresholds do not fit the network. Give one entry for each block and place:',
        "  - site 'blocks.0.attn.qkv.in' (block 0, fc_qkv) has no entry",
        "  - entry 'blocks.7.x' (block 7, q) fits no site",
      ].join('\n'),
    );
  });

  it('belongs to the preset of the published code unless another is named', async () => {
    const thresholds = { json: all, where: 't.json' };
    const { record } = await convert(await tinyVit(), { method: ecmt, steps: 2, thresholds });
    expect(record.preset).toBe('reference');
  });

  it('lists roles that are given twice and names without a block', async () => {
    const json = [...all, place('blocks.1.y', 'q'), place('head', 'q')];
    await expect(
      convert(await tinyVit(), { method: ecmt, steps: 2, thresholds: { json, where: 't.json' } }),
    ).rejects.toThrow(
      /- entry 'head' has no block number in its name\n {2}- block 1, q has more than one entry/,
    );
  });

  it('lists malformed entries', async () => {
    const thresholds = {
      json: [
        { ...all[0], scale_p: -1 },
        { ...all[1], times: 'many' },
      ],
      where: 't.json',
    };
    await expect(convert(await tinyVit(), { method: ecmt, steps: 2, thresholds })).rejects.toThrow(
      /^t\.json: not a list of thresholds:\n {2}- 0\.scale_p: .*\n {2}- 1\.times: /,
    );
  });
});
