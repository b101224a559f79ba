import type { CnnLayer, ConvLayer, PaddingRule } from '../checkpoints/cnn-layers.ts';
import { defineArchitecture, imageInput } from '../checkpoints/define-architecture.ts';
import type { PerceptronActivation } from '../checkpoints/perceptron-activation.ts';
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
  timmName,
} from '../checkpoints/timm-config.ts';
import { statedImage } from '../checkpoints/timm-image.ts';

/** What the name of a network tells and its tensors do not. */
interface Family {
  readonly names: RegExp;
  /** Stride of the first block of each stage. */
  readonly strides: readonly number[];
  /** Activation of each stage; the last one also of those behind it, and of stem and head. */
  readonly activations: readonly PerceptronActivation[];
  /** Activation and gate of squeeze-and-excitation. */
  readonly excitation: readonly [PerceptronActivation, PerceptronActivation];
  /** Whether blocks of one convolution have a shortcut. */
  readonly plainShortcuts?: boolean;
}

/** Without `tf_` in front, which means TensorFlow's padding and ε. */
const families: readonly Family[] = [
  {
    names: /^efficientnet_b\d+$/,
    strides: [1, 2, 2, 2, 1, 2, 1],
    activations: ['silu'],
    excitation: ['silu', 'sigmoid'],
  },
  {
    names: /^efficientnet_lite\d$/,
    strides: [1, 2, 2, 2, 1, 2, 1],
    activations: ['relu6'],
    excitation: ['relu6', 'sigmoid'],
  },
  {
    names: /^efficientnetv2_(s|m|l|xl|b\d)$/,
    strides: [1, 2, 2, 2, 1, 2, 1],
    activations: ['silu'],
    excitation: ['silu', 'sigmoid'],
    plainShortcuts: true,
  },
  {
    names: /^mobilenetv2_\d+d?$/,
    strides: [1, 2, 2, 2, 1, 2, 1],
    activations: ['relu6'],
    excitation: ['relu6', 'sigmoid'],
  },
  {
    names: /^mobilenetv3_(large|rw)(_\d+)?$/,
    strides: [1, 2, 2, 2, 1, 2, 1],
    activations: ['relu', 'relu', 'relu', 'hard-swish'],
    excitation: ['relu', 'hard-sigmoid'],
  },
  {
    names: /^mobilenetv3_small(_\d+)?$/,
    strides: [2, 2, 2, 1, 2, 1],
    activations: ['relu', 'relu', 'hard-swish'],
    excitation: ['relu', 'hard-sigmoid'],
  },
];

const known = new RegExp(families.map(({ names }) => names.source.replace('^', '^(?:tf_)?')).join('|'));

/**
 * EfficientNet, EfficientNetV2, MobileNetV2 and MobileNetV3 in timm's names.
 *
 * Tan, Le: EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks, ICML 2019, arXiv:1905.11946.
 * Howard et al.: Searching for MobileNetV3, ICCV 2019, arXiv:1905.02244.
 */
export const efficientnetTimm = defineArchitecture({
  name: 'efficientnet-timm',
  description:
    'EfficientNet (V2, Lite), MobileNetV2 and MobileNetV3 as timm names their tensors (conv_stem.weight, blocks.0.0.conv_dw.weight …)',
  matches: (_config, names) =>
    names.has('conv_stem.weight') && [...names].some((name) => name.startsWith('blocks.0.0.')),
  config: timmConfigSchema,
  parse,
  inputs: ({ channels, imageSize }) => imageInput([channels, ...imageSize]),
  outputShape: ({ classes }) => [classes],
  build: buildResidualCnn,
});

/** What all layers have in common. */
interface Common {
  readonly tensors: Tensors;
  readonly report: Report;
  readonly family: Family;
  readonly padding: PaddingRule;
  readonly epsilon: number;
}

function parse(config: TimmConfig, tensors: Tensors, report: Report): ResidualCnn {
  checkArguments(config, ['img_size', 'global_pool'], report);
  checkKnownName(config, known, 'EfficientNet, MobileNetV2 or MobileNetV3', report, true);
  const name = timmName(config).replace(/^tf_/, '');
  const tensorflow = timmName(config).startsWith('tf_');
  const common: Common = {
    tensors,
    report,
    family: families.find(({ names }) => names.test(name)) ?? families[0]!,
    padding: tensorflow ? 'tensorflow' : 'symmetric',
    epsilon: tensorflow ? 1e-3 : 1e-5,
  };
  const stages = countNumbered(tensors.keys(), 'blocks');
  const blocks = Array.from({ length: stages }, (_, stage) =>
    Array.from({ length: countNumbered(tensors.keys(), `blocks.${stage}`) }, (_, i) =>
      block(`blocks.${stage}.${i}`, stage, i === 0 ? (common.family.strides[stage] ?? 1) : 1, common),
    ),
  ).flat();
  const activation = common.family.activations.at(-1)!;
  // MobileNetV3 has its last convolution behind the mean, with a bias.
  const pooled = tensors.has('conv_head.bias');
  const classes = timmClasses(config, 'classifier', tensors.get('classifier.weight')?.shape[0], report);
  return {
    channels: shapeOf(tensors, 'conv_stem.weight', 4, report)[1]!,
    imageSize: statedImage(config).imageSize,
    stem: [layer('conv_stem', 'bn1', common, { stride: 2, activation })],
    blocks,
    head: pooled ? [] : [layer('conv_head', 'bn2', common, { activation })],
    pooledHead: pooled ? [{ kind: 'convolution', path: 'conv_head', bias: true, activation }] : [],
    classifier: classes === 0 ? undefined : 'classifier',
    classes: classes || shapeOf(tensors, 'conv_head.weight', 4, report)[0]!,
  };
}

function layer(
  path: string,
  norm: string,
  { padding, epsilon }: Common,
  rest: Partial<ConvLayer> = {},
): ConvLayer {
  return { kind: 'convolution', path, padding, norm: { path: norm, epsilon }, ...rest };
}

/** One of four kinds of blocks, which the names of their convolutions tell apart. */
function block(path: string, stage: number, stride: number, common: Common): ResidualCnnBlock {
  const { tensors, family } = common;
  const activation = family.activations[stage] ?? family.activations.at(-1)!;
  const add = (name: string, norm: string, rest?: Partial<ConvLayer>) =>
    layer(`${path}.${name}`, `${path}.${norm}`, common, rest);
  const has = (name: string) => tensors.has(`${path}.${name}.weight`);
  const excitation = squeeze(path, common);
  if (has('conv')) {
    const layers = [add('conv', 'bn1', { stride, activation })];
    return withShortcut(path, layers, ['conv', 'conv'], stride, common, family.plainShortcuts ?? false);
  }
  if (has('conv_exp')) {
    const layers = [add('conv_exp', 'bn1', { stride, activation }), ...excitation, add('conv_pwl', 'bn2')];
    return withShortcut(path, layers, ['conv_exp', 'conv_pwl'], stride, common);
  }
  if (has('conv_pwl')) {
    const layers = [
      add('conv_pw', 'bn1', { activation }),
      add('conv_dw', 'bn2', { stride, activation }),
      ...excitation,
      add('conv_pwl', 'bn3'),
    ];
    return withShortcut(path, layers, ['conv_pw', 'conv_pwl'], stride, common);
  }
  const layers = [add('conv_dw', 'bn1', { stride, activation }), ...excitation, add('conv_pw', 'bn2')];
  return withShortcut(path, layers, ['conv_pw', 'conv_pw'], stride, common);
}

function squeeze(path: string, { tensors, family }: Common): CnnLayer[] {
  if (!tensors.has(`${path}.se.conv_reduce.weight`)) return [];
  const [activation, gate] = family.excitation;
  const [reduce, expand] = [`${path}.se.conv_reduce`, `${path}.se.conv_expand`];
  return [{ kind: 'squeeze-excitation', reduce, expand, activation, gate }];
}

/** A shortcut stands where size and channels stay: those that the first convolution reads and the last one gives. */
function withShortcut(
  path: string,
  layers: readonly CnnLayer[],
  [first, last]: readonly [string, string],
  stride: number,
  { tensors, report }: Common,
  allowed = true,
): ResidualCnnBlock {
  const inputs = shapeOf(tensors, `${path}.${first}.weight`, 4, report)[1]!;
  const outputs = shapeOf(tensors, `${path}.${last}.weight`, 4, report)[0]!;
  return { path, layers, shortcut: allowed && stride === 1 && inputs === outputs ? [] : undefined };
}
