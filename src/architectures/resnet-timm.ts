import type { CnnLayer, ConvLayer } from '../checkpoints/cnn-layers.ts';
import { defineArchitecture, imageInput } from '../checkpoints/define-architecture.ts';
import { activationNamed, type PerceptronActivation } from '../checkpoints/perceptron-activation.ts';
import type { Report } from '../checkpoints/problem-line.ts';
import { buildResidualCnn, type ResidualCnn, type ResidualCnnBlock } from '../checkpoints/residual-cnn.ts';
import { shapeOf } from '../checkpoints/shape-of.ts';
import type { Tensors } from '../checkpoints/timm-blocks.ts';
import {
  checkArguments,
  checkKnownName,
  countNumbered,
  type TimmConfig,
  timmClasses,
  timmConfigSchema,
  timmField,
} from '../checkpoints/timm-config.ts';
import { statedImage } from '../checkpoints/timm-image.ts';

/** Networks of these names differ in sizes only, or in parts that have tensors of their own. */
const known = /^(wide_)?(se)?res(net|next)\d+[cdst]?(_\d+x\d+d|_\d)?$/;

const read = [
  'layers',
  'channels',
  'cardinality',
  'base_width',
  'stem_width',
  'act_layer',
  'img_size',
  'global_pool',
];

const epsilon = 1e-5;

/**
 * ResNet, ResNeXt and Wide ResNet in the names of torchvision and timm, with a stem of one convolution or three, shortcuts that
 * average first, and squeeze-and-excitation.
 *
 * He, Zhang, Ren, Sun: Deep Residual Learning for Image Recognition, CVPR 2016, arXiv:1512.03385.
 * Xie, Girshick, Dollár, Tu, He: Aggregated Residual Transformations for Deep Neural Networks, CVPR 2017, arXiv:1611.05431.
 */
export const resnetTimm = defineArchitecture({
  name: 'resnet-timm',
  description:
    'ResNet, ResNeXt and Wide ResNet as timm and torchvision name their tensors (layer1.0.conv1.weight … fc.weight)',
  matches: (_config, names) =>
    (names.has('conv1.weight') || names.has('conv1.0.weight')) &&
    names.has('layer1.0.conv1.weight') &&
    names.has('layer4.0.conv1.weight') &&
    !names.has('linear.weight'),
  config: timmConfigSchema,
  parse,
  inputs: ({ channels, imageSize }) => imageInput([channels, ...imageSize]),
  outputShape: ({ classes }) => [classes],
  build: buildResidualCnn,
});

function parse(config: TimmConfig, tensors: Tensors, report: Report): ResidualCnn {
  checkArguments(config, read, report);
  checkKnownName(config, known, 'ResNet, ResNeXt or Wide ResNet', report);
  const activation = activationOf(config, report);
  const deep = tensors.has('conv1.0.weight');
  const depths = [1, 2, 3, 4].map((stage) => countNumbered(tensors.keys(), `layer${stage}`));
  checkDepths(config, depths, report);
  const blocks = depths.flatMap((depth, stage) =>
    Array.from({ length: depth }, (_, i) =>
      block(`layer${stage + 1}.${i}`, i === 0 && stage > 0 ? 2 : 1, activation, tensors),
    ),
  );
  checkGroups(config, tensors, report);
  const classes = timmClasses(config, 'fc', tensors.get('fc.weight')?.shape[0], report);
  const last = `layer4.${Math.max(0, depths[3]! - 1)}`;
  const final = tensors.has(`${last}.conv3.weight`) ? `${last}.conv3` : `${last}.conv2`;
  return {
    channels: shapeOf(tensors, deep ? 'conv1.0.weight' : 'conv1.weight', 4, report)[1]!,
    imageSize: statedImage(config).imageSize,
    stem: [...(deep ? deepStem(activation) : plainStem(activation)), { kind: 'max-pool', path: 'maxpool' }],
    blocks,
    classifier: classes === 0 ? undefined : 'fc',
    classes: classes || shapeOf(tensors, `${final}.weight`, 4, report)[0]!,
  };
}

function activationOf(config: TimmConfig, report: Report): PerceptronActivation {
  const stated = timmField(config, 'act_layer');
  const activation = activationNamed(stated ?? 'relu');
  if (activation) return activation;
  report({
    where: "'model_args.act_layer'",
    expected: 'an activation function that is known',
    got: `'${stated}'`,
    remedy: 'A network with another activation function comes in as ONNX',
  });
  return 'relu';
}

function layer(path: string, norm: string, rest: Partial<ConvLayer> = {}): ConvLayer {
  return { kind: 'convolution', path, norm: { path: norm, epsilon }, ...rest };
}

function plainStem(activation: PerceptronActivation): ConvLayer[] {
  return [layer('conv1', 'bn1', { stride: 2, activation })];
}

function deepStem(activation: PerceptronActivation): ConvLayer[] {
  return [
    layer('conv1.0', 'conv1.1', { stride: 2, activation }),
    layer('conv1.3', 'conv1.4', { activation }),
    layer('conv1.6', 'bn1', { activation }),
  ];
}

/** Two convolutions of 3×3, the first with the stride; or 1×1, 3×3 with the stride, 1×1. */
function block(
  path: string,
  stride: number,
  activation: PerceptronActivation,
  tensors: Tensors,
): ResidualCnnBlock {
  const bottleneck = tensors.has(`${path}.conv3.weight`);
  const convolutions = bottleneck
    ? [
        layer(`${path}.conv1`, `${path}.bn1`, { activation }),
        layer(`${path}.conv2`, `${path}.bn2`, { stride, activation }),
        layer(`${path}.conv3`, `${path}.bn3`),
      ]
    : [layer(`${path}.conv1`, `${path}.bn1`, { stride, activation }), layer(`${path}.conv2`, `${path}.bn2`)];
  return {
    path,
    layers: [...convolutions, ...excitation(path, tensors)],
    shortcut: shortcut(`${path}.downsample`, stride, tensors),
    activation,
  };
}

function excitation(path: string, tensors: Tensors): CnnLayer[] {
  if (!tensors.has(`${path}.se.fc1.weight`)) return [];
  const [reduce, expand] = [`${path}.se.fc1`, `${path}.se.fc2`];
  return [{ kind: 'squeeze-excitation', reduce, expand, activation: 'relu', gate: 'sigmoid' }];
}

/** Nothing; a convolution with the stride; or one behind the mean of each 2×2 pixels. */
function shortcut(path: string, stride: number, tensors: Tensors): CnnLayer[] {
  if (tensors.has(`${path}.0.weight`)) return [layer(`${path}.0`, `${path}.1`, { stride })];
  if (!tensors.has(`${path}.1.weight`)) return [];
  const projection = layer(`${path}.1`, `${path}.2`);
  return stride === 1 ? [projection] : [{ kind: 'average-pool', path: `${path}.0` }, projection];
}

function checkDepths(config: TimmConfig, depths: readonly number[], report: Report): void {
  const stated = config.model_args?.layers;
  if (stated == null || String(stated) === depths.join()) return;
  report({
    where: "'model_args.layers'",
    expected: `${depths.join(', ')}, as the tensors have it`,
    got: JSON.stringify(stated),
    remedy: 'Use the config.json that belongs to the weights',
  });
}

/** The number of groups follows from the weights; config.json must say the same. */
function checkGroups(config: TimmConfig, tensors: Tensors, report: Report): void {
  const stated = config.model_args?.cardinality;
  if (stated == null) return;
  const outputs = tensors.get('layer1.0.conv1.weight')?.shape[0] ?? 1;
  const found = outputs / (tensors.get('layer1.0.conv2.weight')?.shape[1] ?? 1);
  if (stated === found) return;
  report({
    where: "'model_args.cardinality'",
    expected: `${found}, as the tensors have it`,
    got: JSON.stringify(stated),
    remedy: 'Use the config.json that belongs to the weights',
  });
}
