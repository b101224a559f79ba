import { z } from 'zod';
import {
  addCnnActivation,
  type CnnActivation,
  cnnActivation,
  compareActivations,
} from '../checkpoints/cnn-activation.ts';
import { cnnConfigFields, compareWithTensors } from '../checkpoints/cnn-config.ts';
import { addBatchNorm, addConvolution, type Convolution } from '../checkpoints/convolution.ts';
import { defineArchitecture, imageInput, inputName } from '../checkpoints/define-architecture.ts';
import type { NetworkBuilder } from '../checkpoints/network-builder.ts';
import { addPooledClassifier } from '../checkpoints/pooled-classifier.ts';
import type { Report } from '../checkpoints/problem-line.ts';
import { shapeOf } from '../checkpoints/shape-of.ts';
import type { Tensor } from '../graph/tensor.ts';

const config = z.object({
  ...cnnConfigFields,
  /** Number of layers with weights, for a check. */
  depth: z.int().optional(),
  /** Trained activations in the place of ReLU. */
  activation: cnnActivation.optional(),
});

/** One residual block. */
interface ResidualBlock {
  readonly path: string;
  readonly inputs: number;
  readonly outputs: number;
  readonly stride: number;
  /** Whether the shortcut is a convolution with normalisation (option B) where the size changes. */
  readonly projects: boolean;
}

/** What the builder needs to know of a CIFAR ResNet. */
interface ResNetCifar {
  readonly inputShape: readonly [number, number, number];
  readonly width: number;
  readonly blocks: readonly ResidualBlock[];
  readonly epsilon: number;
  readonly classes: number;
  readonly activation: CnnActivation | undefined;
}

/**
 * Residual networks for CIFAR (depth 6n + 2: three stages of n blocks with two 3×3 convolutions each, batch
 * normalisation, ReLU). Where a stage halves the size, the shortcut takes every second pixel and pads the channels with
 * zeros (option A), or is a 1×1 convolution with normalisation (option B).
 *
 * He, Zhang, Ren, Sun: Deep Residual Learning for Image Recognition, CVPR 2016, arXiv:1512.03385, section 4.2.
 */
export const resnetCifar = defineArchitecture<z.infer<typeof config>, ResNetCifar>({
  name: 'resnet-cifar',
  description:
    'CIFAR ResNet-20, -32, -44, -56… with shortcuts of option A or B (layer1.0.conv1.weight … linear.weight)',
  matches: (_config, names) =>
    names.has('conv1.weight') &&
    names.has('layer3.0.bn2.running_mean') &&
    names.has('linear.weight') &&
    !names.has('layer4.0.conv1.weight'),
  config,
  parse,
  inputs: ({ inputShape }) => imageInput(inputShape),
  outputShape: ({ classes }) => [classes],
  build,
});

function parse(
  given: z.infer<typeof config>,
  tensors: ReadonlyMap<string, Tensor>,
  report: Report,
): ResNetCifar {
  const [width, channels] = shapeOf(tensors, 'conv1.weight', 4, report) as [number, number];
  const blocks = [1, 2, 3].flatMap((stage) => stageBlocks(stage, width, tensors, report));
  const classes = shapeOf(tensors, 'linear.weight', 2, report)[0]!;
  const depth = 2 * blocks.length + 2;
  compareWithTensors(
    {
      num_classes: { is: given.num_classes, found: classes },
      depth: { is: given.depth, found: depth },
    },
    report,
  );
  const size = given.image_size ?? 32;
  const { activation } = given;
  const activations = ['relu', ...blocks.flatMap(({ path }) => [`${path}.relu1`, `${path}.relu2`])];
  compareActivations(activation, activations, report);
  return {
    inputShape: [channels, size, size],
    width,
    blocks,
    epsilon: given.batch_norm_eps,
    classes,
    activation,
  };
}

function stageBlocks(
  stage: number,
  width: number,
  tensors: ReadonlyMap<string, Tensor>,
  report: Report,
): ResidualBlock[] {
  const paths: string[] = [];
  for (let i = 0; tensors.has(`layer${stage}.${i}.conv1.weight`); i++) paths.push(`layer${stage}.${i}`);
  const outputs = stage === 1 ? width : shapeOf(tensors, `layer${stage}.0.conv1.weight`, 4, report)[0]!;
  const before = stage < 3 ? width : shapeOf(tensors, `layer${stage - 1}.0.conv1.weight`, 4, report)[0]!;
  return paths.map((path, i) => ({
    path,
    inputs: i === 0 ? before : outputs,
    outputs,
    stride: i === 0 && stage > 1 ? 2 : 1,
    projects: tensors.has(`${path}.shortcut.0.weight`),
  }));
}

function convolutions({ path, stride }: ResidualBlock) {
  const first: Convolution = { path: `${path}.conv1`, bias: false, kernel: 3, stride };
  const second: Convolution = { path: `${path}.conv2`, bias: false, kernel: 3 };
  const shortcut: Convolution = { path: `${path}.shortcut.0`, bias: false, kernel: 1, stride, padding: 0 };
  return { first, second, shortcut };
}

function build(settings: ResNetCifar, net: NetworkBuilder): void {
  const { activation, inputShape, width, epsilon, blocks, classes } = settings;
  const stem = { path: 'conv1', bias: false, kernel: 3 };
  const embedded = addConvolution(net, stem, [inputShape[0], width], inputName);
  const normed = addBatchNorm(net, { path: 'bn1', epsilon }, width, embedded);
  let features = addCnnActivation(net, activation, 'relu', normed);
  for (const block of blocks) features = addBlock(net, block, settings, features);
  addPooledClassifier(net, 'linear', [blocks.at(-1)?.outputs ?? width, classes], features);
}

function addBlock(
  net: NetworkBuilder,
  block: ResidualBlock,
  { epsilon, activation }: ResNetCifar,
  input: string,
): string {
  const { path, inputs, outputs } = block;
  const { first, second } = convolutions(block);
  const expanded = addConvolution(net, first, [inputs, outputs], input);
  const inner = addBatchNorm(net, { path: `${path}.bn1`, epsilon }, outputs, expanded);
  const active = addCnnActivation(net, activation, `${path}.relu1`, inner);
  const second3x3 = addConvolution(net, second, [outputs, outputs], active);
  const residual = addBatchNorm(net, { path: `${path}.bn2`, epsilon }, outputs, second3x3);
  const shortcut = addShortcut(net, block, epsilon, input);
  const sum = net.op('Add', [residual, shortcut], {}, { name: `${path}.add` });
  return addCnnActivation(net, activation, `${path}.relu2`, sum);
}

function addShortcut(net: NetworkBuilder, block: ResidualBlock, epsilon: number, input: string): string {
  const { path, inputs, outputs, stride, projects } = block;
  if (projects) {
    const projected = addConvolution(net, convolutions(block).shortcut, [inputs, outputs], input);
    return addBatchNorm(net, { path: `${path}.shortcut.1`, epsilon }, outputs, projected);
  }
  if (stride === 1 && inputs === outputs) return input;
  const stem = `${path}.shortcut`;
  const bounds = [
    [0, 0],
    [2 ** 31 - 1, 2 ** 31 - 1],
    [2, 3],
    [stride, stride],
  ];
  const parts = ['from', 'to', 'axes', 'steps'];
  const slices = bounds.map((values, i) => net.integers(`${stem}.${parts[i]}`, values));
  const every = net.op('Slice', [input, ...slices], {}, { name: `${stem}.every` });
  const missing = outputs - inputs;
  const before = Math.floor(missing / 2);
  const pads = net.integers(`${stem}.pads`, [0, before, 0, 0, 0, missing - before, 0, 0]);
  return net.op('Pad', [every, pads], {}, { name: `${stem}.padded` });
}
