import { z } from 'zod';
import {
  addCnnActivation,
  type CnnActivation,
  cnnActivation,
  compareActivations,
} from '../checkpoints/cnn-activation.ts';
import { cnnConfigFields, compareWithTensors } from '../checkpoints/cnn-config.ts';
import { cnnModel } from '../checkpoints/cnn-graph.ts';
import {
  addBatchNorm,
  addConvolution,
  batchNormTensors,
  type Convolution,
  convolutionTensors,
} from '../checkpoints/convolution.ts';
import { defineArchitecture, type Report } from '../checkpoints/define-architecture.ts';
import { linearTensors } from '../checkpoints/linear.ts';
import { addPooledClassifier } from '../checkpoints/pooled-classifier.ts';
import { shapeOf } from '../checkpoints/shape-of.ts';
import type { WeightSource } from '../checkpoints/weight-source.ts';
import type { GraphBuilder } from '../graph/graph-builder.ts';
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
  expectedTensors: (settings) => ({ required: new Map(tensorsOf(settings)), unused: [] }),
  inputShape: ({ inputShape }) => [...inputShape],
  numClasses: ({ classes }) => classes,
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

function tensorsOf({ inputShape, width, blocks, classes }: ResNetCifar): [string, number[]][] {
  const stem = { path: 'conv1', bias: false, kernel: 3 };
  const inside = blocks.flatMap((block) => {
    const { path, inputs, outputs, projects } = block;
    const { first, second, shortcut } = convolutions(block);
    const projection = [
      ...convolutionTensors(shortcut, inputs, outputs),
      ...batchNormTensors(`${path}.shortcut.1`, outputs),
    ];
    return [
      ...convolutionTensors(first, inputs, outputs),
      ...batchNormTensors(`${path}.bn1`, outputs),
      ...convolutionTensors(second, outputs, outputs),
      ...batchNormTensors(`${path}.bn2`, outputs),
      ...(projects ? projection : []),
    ];
  });
  const features = blocks.at(-1)?.outputs ?? width;
  return [
    ...convolutionTensors(stem, inputShape[0], width),
    ...batchNormTensors('bn1', width),
    ...inside,
    ...linearTensors({ path: 'linear', bias: true }, features, classes),
  ];
}

function build(settings: ResNetCifar, weights: WeightSource) {
  return cnnModel('resnet-cifar', settings, (builder, input) => {
    const { activation } = settings;
    const stem = addConvolution(builder, weights, { path: 'conv1', bias: false, kernel: 3 }, input);
    const normed = addBatchNorm(builder, weights, 'bn1', settings.epsilon, stem);
    let features = addCnnActivation(builder, activation, 'relu', normed);
    for (const block of settings.blocks) features = addBlock(builder, weights, block, settings, features);
    addPooledClassifier(builder, weights, 'linear', features);
  });
}

function addBlock(
  builder: GraphBuilder,
  weights: WeightSource,
  block: ResidualBlock,
  { epsilon, activation }: ResNetCifar,
  input: string,
): string {
  const { path } = block;
  const { first, second } = convolutions(block);
  const expanded = addConvolution(builder, weights, first, input);
  const inner = addBatchNorm(builder, weights, `${path}.bn1`, epsilon, expanded);
  const active = addCnnActivation(builder, activation, `${path}.relu1`, inner);
  const second3x3 = addConvolution(builder, weights, second, active);
  const residual = addBatchNorm(builder, weights, `${path}.bn2`, epsilon, second3x3);
  const shortcut = addShortcut(builder, weights, block, epsilon, input);
  const sum = builder.op('Add', [residual, shortcut], {}, { name: `${path}.add` });
  return addCnnActivation(builder, activation, `${path}.relu2`, sum);
}

function addShortcut(
  builder: GraphBuilder,
  weights: WeightSource,
  block: ResidualBlock,
  epsilon: number,
  input: string,
): string {
  const { path, inputs, outputs, stride, projects } = block;
  if (projects) {
    const projected = addConvolution(builder, weights, convolutions(block).shortcut, input);
    return addBatchNorm(builder, weights, `${path}.shortcut.1`, epsilon, projected);
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
  const slices = bounds.map((values, i) => builder.integers(`${stem}.${parts[i]}`, values));
  const every = builder.op('Slice', [input, ...slices], {}, { name: `${stem}.every` });
  const missing = outputs - inputs;
  const before = Math.floor(missing / 2);
  const pads = builder.integers(`${stem}.pads`, [0, before, 0, 0, 0, missing - before, 0, 0]);
  return builder.op('Pad', [every, pads], {}, { name: `${stem}.padded` });
}
