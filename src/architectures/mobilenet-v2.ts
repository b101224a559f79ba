import { z } from 'zod';
import { cnnConfigFields, compareWithTensors } from '../checkpoints/cnn-config.ts';
import { addBatchNorm, addConvolution, type Convolution } from '../checkpoints/convolution.ts';
import { defineArchitecture, imageInput, inputName } from '../checkpoints/define-architecture.ts';
import type { NetworkBuilder } from '../checkpoints/network-builder.ts';
import { addActivation } from '../checkpoints/perceptron-activation.ts';
import { addPooledClassifier } from '../checkpoints/pooled-classifier.ts';
import type { Report } from '../checkpoints/problem-line.ts';
import { shapeOf } from '../checkpoints/shape-of.ts';
import type { Tensor } from '../graph/tensor.ts';

/** Strides of the stem and the 17 blocks of the network for ImageNet; the last convolution has stride 1. */
const imageNetStrides = [2, 1, 2, 1, 2, 1, 1, 2, 1, 1, 1, 1, 1, 1, 2, 1, 1, 1];

const config = z.object({
  ...cnnConfigFields,
  /** Strides of the stem and of each block, which the weights do not tell. */
  strides: z.array(z.int().min(1).max(2)).default(imageNetStrides),
});

/** A convolution with its normalisation, followed by ReLU6 or nothing. */
interface NormedConvolution {
  readonly convolution: Convolution;
  readonly norm: string;
  readonly inputs: number;
  readonly outputs: number;
  readonly active: boolean;
}

/** Convolutions one after the other, perhaps with a shortcut around them. */
interface Stage {
  readonly path: string;
  readonly convolutions: readonly NormedConvolution[];
  readonly residual: boolean;
}

/** What the builder needs to know of a MobileNetV2. */
interface MobileNetV2 {
  readonly inputShape: readonly [number, number, number];
  readonly stages: readonly Stage[];
  readonly epsilon: number;
  readonly features: number;
  readonly classes: number;
}

type Tensors = ReadonlyMap<string, Tensor>;

/**
 * MobileNetV2 in torchvision's names: a stem, inverted residual blocks (`features.I.conv`: 1×1 expansion, 3×3
 * depthwise, 1×1 projection without activation), a last 1×1 convolution, and `classifier.1`. Batch normalisation and ReLU6.
 *
 * Sandler, Howard, Zhu, Zhmoginov, Chen: MobileNetV2: Inverted Residuals and Linear Bottlenecks, CVPR 2018,
 * arXiv:1801.04381.
 */
export const mobilenetV2 = defineArchitecture<z.infer<typeof config>, MobileNetV2>({
  name: 'mobilenet-v2',
  description:
    "MobileNetV2 in torchvision's names (features.0.0.weight, features.1.conv.0.0.weight … classifier.1.weight)",
  matches: (_config, names) =>
    names.has('features.0.0.weight') &&
    names.has('features.1.conv.0.0.weight') &&
    names.has('classifier.1.weight'),
  config,
  parse,
  inputs: ({ inputShape }) => imageInput(inputShape),
  outputShape: ({ classes }) => [classes],
  build,
});

function parse(given: z.infer<typeof config>, tensors: Tensors, report: Report): MobileNetV2 {
  const blocks = [...tensors.keys()].flatMap(
    (name) => /^features\.(\d+)\.conv\.0\.0\.weight$/.exec(name)?.[1] ?? [],
  );
  const last = blocks.length + 1;
  if (given.strides.length !== last) {
    report({
      where: "'strides'",
      expected: `${last} numbers, for the stem and ${blocks.length} blocks`,
      got: `${given.strides.length}`,
      remedy: "Set 'strides' in config.json: the weights do not tell them",
    });
  }
  const [classes, features] = shapeOf(tensors, 'classifier.1.weight', 2, report) as [number, number];
  compareWithTensors({ num_classes: { is: given.num_classes, found: classes } }, report);
  const single = (i: number, stride: number): Stage => ({
    path: `features.${i}`,
    residual: false,
    convolutions: [normed(tensors, `features.${i}.0`, `features.${i}.1`, stride, true, report)],
  });
  const inverted = blocks.map((_, i) => invertedResidual(tensors, i + 1, given.strides[i + 1] ?? 1, report));
  const stem = single(0, given.strides[0] ?? 2);
  const size = given.image_size ?? 224;
  return {
    inputShape: [stem.convolutions[0]!.inputs, size, size],
    stages: [stem, ...inverted, single(last, 1)],
    epsilon: given.batch_norm_eps,
    features,
    classes,
  };
}

/** A block without `conv.3` has no expansion. */
function invertedResidual(tensors: Tensors, i: number, stride: number, report: Report): Stage {
  const path = `features.${i}.conv`;
  const expands = tensors.has(`${path}.1.0.weight`);
  const depthwise = expands ? 1 : 0;
  const convolutions = [
    normed(tensors, `${path}.${depthwise}.0`, `${path}.${depthwise}.1`, stride, true, report),
    normed(tensors, `${path}.${depthwise + 1}`, `${path}.${depthwise + 2}`, 1, false, report),
  ];
  if (expands) convolutions.unshift(normed(tensors, `${path}.0.0`, `${path}.0.1`, 1, true, report));
  const residual = stride === 1 && convolutions[0]!.inputs === convolutions.at(-1)!.outputs;
  return { path: `features.${i}`, convolutions, residual };
}

function normed(
  tensors: Tensors,
  path: string,
  norm: string,
  stride: number,
  active: boolean,
  report: Report,
): NormedConvolution {
  const shape = shapeOf(tensors, `${path}.weight`, 4, report) as [number, number, number];
  const [outputs, perGroup, kernel] = shape;
  // A 3×3 kernel that reads one channel is depthwise; the stem reads the three of the image.
  const groups = kernel > 1 && perGroup === 1 ? outputs : 1;
  const convolution = { path, bias: false, kernel, stride, groups };
  return { convolution, norm, inputs: perGroup * groups, outputs, active };
}

function build({ stages, epsilon, features: width, classes }: MobileNetV2, net: NetworkBuilder): void {
  let features = inputName;
  for (const stage of stages) features = addStage(net, stage, epsilon, features);
  addPooledClassifier(net, 'classifier.1', [width, classes], features);
}

function addStage(
  net: NetworkBuilder,
  { path, convolutions, residual }: Stage,
  epsilon: number,
  input: string,
): string {
  let value = input;
  for (const { convolution, norm, inputs, outputs, active } of convolutions) {
    value = addConvolution(net, convolution, [inputs, outputs], value);
    value = addBatchNorm(net, { path: norm, epsilon }, outputs, value);
    if (active) value = addActivation(net, 'relu6', value, `${convolution.path}.relu6`);
  }
  return residual ? net.op('Add', [value, input], {}, { name: `${path}.add` }) : value;
}
