import { z } from 'zod';
import { cnnConfigFields, compareWithTensors } from '../checkpoints/cnn-config.ts';
import { addBatchNorm, addConvolution } from '../checkpoints/convolution.ts';
import { defineArchitecture, imageInput, inputName } from '../checkpoints/define-architecture.ts';
import type { NetworkBuilder } from '../checkpoints/network-builder.ts';
import { addPooledClassifier } from '../checkpoints/pooled-classifier.ts';
import type { Report } from '../checkpoints/problem-line.ts';
import { shapeOf } from '../checkpoints/shape-of.ts';
import type { Tensor } from '../graph/tensor.ts';

const config = z.object(cnnConfigFields);

/** A convolution with what normalises it: `layers.STAGE.PLACE.conv` and `layers.STAGE.PLACE.norm`. */
interface ConvnetLayer {
  readonly path: string;
  readonly inputs: number;
  readonly outputs: number;
  readonly kernel: number;
}

/** What the builder needs to know of a network. */
interface Convnet {
  readonly inputShape: readonly [number, number, number];
  /** Layers of each stage; average pooling stands between two stages. */
  readonly stages: readonly (readonly ConvnetLayer[])[];
  readonly epsilon: number;
  readonly classes: number;
}

/**
 * Plain convolutional networks that turn into spikes without a remainder: stages of convolutions with batch
 * normalisation and ReLU, 2×2 average pooling between the stages, the mean of all places and a linear layer behind the
 * last. The image size comes from config.json, else it is 32.
 */
export const convnet = defineArchitecture<z.infer<typeof config>, Convnet>({
  name: 'convnet',
  description:
    'plain stages of convolutions with average pooling between (layers.0.0.conv.weight … classifier.weight)',
  matches: (_config, names) => names.has('layers.0.0.conv.weight') && names.has('classifier.weight'),
  config,
  parse,
  inputs: ({ inputShape }) => imageInput(inputShape),
  outputShape: ({ classes }) => [classes],
  build,
});

function parse(given: z.infer<typeof config>, tensors: ReadonlyMap<string, Tensor>, report: Report): Convnet {
  const stages = countFrom((stage) => `layers.${stage}.0`, tensors).map((stage) =>
    countFrom((place) => `layers.${stage}.${place}`, tensors).map((place): ConvnetLayer => {
      const path = `layers.${stage}.${place}`;
      const [outputs = 1, inputs = 1, kernel = 1] = shapeOf(tensors, `${path}.conv.weight`, 4, report);
      return { path, inputs, outputs, kernel };
    }),
  );
  const [classes = 1] = shapeOf(tensors, 'classifier.weight', 2, report);
  compareWithTensors({ num_classes: { is: given.num_classes, found: classes } }, report);
  const size = given.image_size ?? 32;
  const smallest = 2 ** (stages.length - 1);
  if (size % smallest !== 0) {
    report({
      where: "'image_size'",
      expected: `a multiple of ${smallest}, which ${stages.length} stages halve without a remainder`,
      got: `${size}`,
      remedy: "Set 'image_size' in config.json to the size that the weights were trained with",
    });
  }
  return {
    inputShape: [stages[0]?.[0]?.inputs ?? 1, size, size],
    stages,
    epsilon: given.batch_norm_eps,
    classes,
  };
}

/** 0, 1, 2… as long as there is a convolution of that path. */
function countFrom(pathOf: (i: number) => string, tensors: ReadonlyMap<string, Tensor>): number[] {
  const found: number[] = [];
  while (tensors.has(`${pathOf(found.length)}.conv.weight`)) found.push(found.length);
  return found;
}

function build({ stages, epsilon, classes }: Convnet, net: NetworkBuilder): void {
  let value: string = inputName;
  let channels = 1;
  for (const [stage, layers] of stages.entries()) {
    if (stage > 0) value = addPooling(net, stage, value);
    for (const { path, inputs, outputs, kernel } of layers) {
      const convolution = { path: `${path}.conv`, bias: false, kernel };
      const drive = addConvolution(net, convolution, [inputs, outputs], value);
      const normed = addBatchNorm(net, { path: `${path}.norm`, epsilon }, outputs, drive);
      value = net.op('Relu', [normed], {}, { name: `${path}.relu` });
      channels = outputs;
    }
  }
  addPooledClassifier(net, 'classifier', [channels, classes], value);
}

function addPooling(net: NetworkBuilder, stage: number, input: string): string {
  const window = { kernel_shape: [2, 2], strides: [2, 2] };
  return net.op('AveragePool', [input], window, { name: `layers.${stage}.pool` });
}
