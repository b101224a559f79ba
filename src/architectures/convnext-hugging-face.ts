import { z } from 'zod';
import {
  buildConvNext,
  type ConvNext,
  type ConvNextBlock,
  type ConvNextStage,
} from '../checkpoints/convnext.ts';
import { defineArchitecture, imageInput } from '../checkpoints/define-architecture.ts';
import {
  classesIfAny,
  classFields,
  configuredActivation,
  modelPrefix,
  sizeOrPair,
} from '../checkpoints/hugging-face-config.ts';
import type { PerceptronActivation } from '../checkpoints/perceptron-activation.ts';
import type { Report } from '../checkpoints/problem-line.ts';
import type { Tensors } from '../checkpoints/timm-blocks.ts';
import { heightAndWidth } from '../checkpoints/timm-config.ts';

const count = z.int().positive();

/** The library leaves out what equals its defaults, so these are the library's. */
const configSchema = z.looseObject({
  num_channels: count.default(3),
  patch_size: count.default(4),
  image_size: sizeOrPair.default(224),
  depths: z.array(count).nonempty().nullish(),
  hidden_sizes: z.array(count).nonempty().nullish(),
  hidden_act: z.string().default('gelu'),
  layer_norm_eps: z.number().positive().default(1e-12),
  ...classFields,
});

type Config = z.infer<typeof configSchema>;

const inside = /(^|(?<=\.))encoder\.stages\.0\.layers\.0\.dwconv\./;

/** ε of all norms but the last, whatever config.json says. */
const innerEpsilon = 1e-6;

/** ConvNeXt, the first and the second version, in the names of Transformers. */
export const convnextHuggingFace = defineArchitecture({
  name: 'convnext-hugging-face',
  description:
    'ConvNext(V2)ForImageClassification and ConvNext(V2)Model as Hugging Face Transformers saves them',
  matches: (_config, names) => modelPrefix(names, inside) !== undefined,
  config: configSchema,
  parse,
  inputs: ({ channels, imageSize }) => imageInput([channels, ...imageSize]),
  outputShape: ({ classes }) => [classes],
  build: buildConvNext,
});

function parse(
  config: Config,
  tensors: Tensors,
  report: Report,
  pictures?: readonly [number, number],
): ConvNext {
  const model = modelPrefix(tensors.keys(), inside) ?? '';
  const activation = configuredActivation(config.hidden_act, report);
  const widths = config.hidden_sizes ?? [96, 192, 384, 768];
  const depths = config.depths ?? [3, 3, 9, 3];
  const classes = classesIfAny(config, tensors, report);
  return {
    channels: config.num_channels,
    imageSize: pictures ?? heightAndWidth(config.image_size),
    patches: `${model}embeddings.patch_embeddings`,
    patchSize: config.patch_size,
    patchNorm: { path: `${model}embeddings.layernorm`, epsilon: innerEpsilon },
    stages: widths.map((width, i) =>
      stage(`${model}encoder.stages.${i}`, i, width, depths[i] ?? 0, tensors, activation),
    ),
    lastNorm: { path: `${model}layernorm`, epsilon: config.layer_norm_eps },
    classifier: classes === undefined ? undefined : 'classifier',
    classes: classes ?? widths.at(-1)!,
  };
}

function stage(
  path: string,
  index: number,
  width: number,
  depth: number,
  tensors: Tensors,
  activation: PerceptronActivation,
): ConvNextStage {
  const before = `${path}.downsampling_layer`;
  return {
    width,
    downsampling:
      index === 0
        ? undefined
        : { norm: { path: `${before}.0`, epsilon: innerEpsilon }, convolution: `${before}.1` },
    blocks: Array.from({ length: depth }, (_, i) => block(`${path}.layers.${i}`, width, tensors, activation)),
  };
}

function block(
  path: string,
  width: number,
  tensors: Tensors,
  activation: PerceptronActivation,
): ConvNextBlock {
  const scale = `${path}.layer_scale_parameter`;
  return {
    path,
    depthwise: `${path}.dwconv`,
    kernel: 7,
    norm: { path: `${path}.layernorm`, epsilon: innerEpsilon },
    expand: { path: `${path}.pwconv1`, bias: true },
    hidden: 4 * width,
    activation,
    response: tensors.has(`${path}.grn.weight`) ? { path: `${path}.grn`, spread: true } : undefined,
    contract: { path: `${path}.pwconv2`, bias: true },
    scale: tensors.has(scale) ? scale : undefined,
  };
}
