import { describe, expect, it } from 'vitest';
import { checkpointTensors, normShapes } from '../checkpoints/checkpoint-tensors.fixture.ts';
import type { Architecture } from '../checkpoints/define-architecture.ts';
import { sizeOf } from '../graph/shape.ts';
import type { Tensor } from '../graph/tensor.ts';
import { evaluateModel } from '../interpreter/evaluate-model.ts';
import { ndArray } from '../interpreter/nd-array.ts';
import { mobilenetV2 } from './mobilenet-v2.ts';
import { resnetCifar } from './resnet-cifar.ts';
import { vgg } from './vgg.ts';

/** Recognises a checkpoint, checks its tensors against what is expected, and runs the network on one image. */
function run(architecture: Architecture, config: unknown, tensors: Map<string, Tensor>) {
  expect(architecture.matches(config, new Set(tensors.keys()))).toBe(true);
  const network = architecture.recognise(config, tensors, 'config.json');
  const { model, problems } = network.build();
  expect(problems).toEqual([]);
  const shape = [1, ...(network.inputs[0]!.shape!.slice(1) as number[])];
  const pixels = Float64Array.from({ length: sizeOf(shape) }, (_, i) => Math.sin(i * 1.3));
  const logits = evaluateModel(model, { x: ndArray(shape, pixels) }).get('logits')!;
  expect(logits.shape).toEqual([1, ...network.outputShape]);
  return { network, model, logits: [...logits.data] };
}

describe('resnetCifar', () => {
  const block = (path: string, inputs: number, outputs: number) => ({
    [`${path}.conv1.weight`]: [outputs, inputs, 3, 3],
    ...normShapes(`${path}.bn1`, outputs),
    [`${path}.conv2.weight`]: [outputs, outputs, 3, 3],
    ...normShapes(`${path}.bn2`, outputs),
  });
  const shapes = (projection: boolean) => {
    const project = (path: string, inputs: number, outputs: number) =>
      projection
        ? {
            [`${path}.shortcut.0.weight`]: [outputs, inputs, 1, 1],
            ...normShapes(`${path}.shortcut.1`, outputs),
          }
        : {};
    return {
      'conv1.weight': [4, 3, 3, 3],
      ...normShapes('bn1', 4),
      ...block('layer1.0', 4, 4),
      ...block('layer2.0', 4, 8),
      ...project('layer2.0', 4, 8),
      ...block('layer3.0', 8, 16),
      ...project('layer3.0', 8, 16),
      'linear.weight': [5, 16],
      'linear.bias': [5],
    };
  };

  it('builds shortcuts that take every second pixel and pad the channels on both sides', () => {
    const { model, network } = run(resnetCifar, { image_size: 8 }, checkpointTensors(shapes(false)));
    expect(network.inputs[0]!.shape).toEqual(['batch', 3, 8, 8]);
    const types = model.graph.nodes.map(({ opType }) => opType);
    expect(types.filter((type) => type === 'Pad')).toHaveLength(2);
    expect(types.filter((type) => type === 'Conv')).toHaveLength(7);
    const pixels = Float64Array.from({ length: 3 * 64 }, (_, i) => Math.cos(i));
    const keep = new Set(['layer1.0.relu2', 'layer2.0.shortcut.padded']);
    const values = evaluateModel(model, { x: ndArray([1, 3, 8, 8], pixels) }, { keep });
    const [input, padded] = [...keep].map((name) => values.get(name)!);
    expect(padded!.shape).toEqual([1, 8, 4, 4]);
    for (let c = 0; c < 8; c++) {
      for (let y = 0; y < 4; y++) {
        for (let x = 0; x < 4; x++) {
          const expected = c < 2 || c >= 6 ? 0 : input!.data[((c - 2) * 8 + 2 * y) * 8 + 2 * x];
          expect(padded!.data[(c * 4 + y) * 4 + x]).toBe(expected);
        }
      }
    }
  });

  it('builds shortcuts with convolution and normalisation', () => {
    const { model } = run(resnetCifar, { image_size: 8 }, checkpointTensors(shapes(true)));
    expect(model.graph.nodes.filter(({ opType }) => opType === 'Conv')).toHaveLength(9);
  });

  it('reports what config.json states otherwise', () => {
    const tensors = checkpointTensors(shapes(false));
    expect(() => resnetCifar.recognise({ depth: 20, num_classes: 10 }, tensors, 'config.json')).toThrow(
      "config.json: cannot be read as a configuration of 'resnet-cifar'.\n  - 'num_classes': expected 5, as the tensors have it, got 10. Use the config.json that belongs to the weights.\n  - 'depth': expected 8, as the tensors have it, got 20. Use the config.json that belongs to the weights.",
    );
  });
});

describe('vgg', () => {
  const layer = (i: number, inputs: number, outputs: number, normed: boolean) => ({
    [`features.${i}.weight`]: [outputs, inputs, 3, 3],
    [`features.${i}.bias`]: [outputs],
    ...(normed ? normShapes(`features.${i + 1}`, outputs) : {}),
  });

  it('finds pooling in the gaps of the numbering, with batch normalisation', () => {
    const tensors = checkpointTensors({
      ...layer(0, 3, 4, true),
      ...layer(4, 4, 6, true),
      ...layer(7, 6, 6, true),
      'classifier.weight': [5, 6],
      'classifier.bias': [5],
    });
    const { model } = run(vgg, { image_size: 8 }, tensors);
    const types = model.graph.nodes.map(({ opType }) => opType).filter((type) => /Pool|Conv/.test(type));
    expect(types).toEqual(['Conv', 'MaxPool', 'Conv', 'Conv', 'MaxPool', 'AveragePool']);
  });

  it('finds pooling without batch normalisation, and a classifier of several layers', () => {
    const tensors = checkpointTensors({
      ...layer(0, 3, 4, false),
      ...layer(2, 4, 4, false),
      ...layer(5, 4, 6, false),
      'classifier.0.weight': [7, 24],
      'classifier.0.bias': [7],
      'classifier.3.weight': [5, 7],
      'classifier.3.bias': [5],
    });
    const { model } = run(vgg, { image_size: 8 }, tensors);
    const types = model.graph.nodes.map(({ opType }) => opType).filter((type) => /Pool|Conv|Relu/.test(type));
    expect(types).toEqual(['Conv', 'Relu', 'Conv', 'Relu', 'MaxPool', 'Conv', 'Relu', 'MaxPool', 'Relu']);
  });

  it('refuses an image size that does not fit the classifier', () => {
    const tensors = checkpointTensors({
      ...layer(0, 3, 4, false),
      'classifier.weight': [5, 36],
      'classifier.bias': [5],
    });
    expect(() => vgg.recognise({ image_size: 8 }, tensors, 'config.json')).toThrow(
      "'image_size': expected a size that leaves a multiple of 3 pixels a side for 'classifier', got 8, which leaves 4. Set 'image_size' in config.json to the size that the weights were trained with.",
    );
  });
});

describe('mobilenetV2', () => {
  const tensors = checkpointTensors({
    'features.0.0.weight': [4, 3, 3, 3],
    ...normShapes('features.0.1', 4),
    'features.1.conv.0.0.weight': [4, 1, 3, 3],
    ...normShapes('features.1.conv.0.1', 4),
    'features.1.conv.1.weight': [4, 4, 1, 1],
    ...normShapes('features.1.conv.2', 4),
    'features.2.conv.0.0.weight': [8, 4, 1, 1],
    ...normShapes('features.2.conv.0.1', 8),
    'features.2.conv.1.0.weight': [8, 1, 3, 3],
    ...normShapes('features.2.conv.1.1', 8),
    'features.2.conv.2.weight': [6, 8, 1, 1],
    ...normShapes('features.2.conv.3', 6),
    'features.3.0.weight': [12, 6, 1, 1],
    ...normShapes('features.3.1', 12),
    'classifier.1.weight': [5, 12],
    'classifier.1.bias': [5],
  });

  it('builds inverted residuals, with a shortcut where size and channels stay', () => {
    const { model } = run(mobilenetV2, { image_size: 16, strides: [2, 1, 2] }, tensors);
    const depthwise = model.graph.nodes.filter(({ attributes }) => {
      const group = attributes.get('group');
      return group?.kind === 'int' && group.value > 1;
    });
    expect(depthwise.map(({ name }) => name)).toEqual(['features.1.conv.0.0', 'features.2.conv.1.0']);
    expect(model.graph.nodes.filter(({ opType }) => opType === 'Add').map(({ name }) => name)).toEqual([
      'features.1.add',
      'logits',
    ]);
    expect(model.graph.nodes.filter(({ opType }) => opType === 'Clip')).toHaveLength(5);
  });

  it('wants a stride for each block', () => {
    expect(() => mobilenetV2.recognise({}, tensors, 'config.json')).toThrow(
      "'strides': expected 3 numbers, for the stem and 2 blocks, got 18. Set 'strides' in config.json: the weights do not tell them.",
    );
  });
});
