import { z } from 'zod';
import type { ConvLayer } from '../checkpoints/cnn-layers.ts';
import { defineArchitecture, imageInput } from '../checkpoints/define-architecture.ts';
import {
  classesIfAny,
  classFields,
  configuredActivation,
  modelPrefix,
} from '../checkpoints/hugging-face-config.ts';
import type { PerceptronActivation } from '../checkpoints/perceptron-activation.ts';
import type { Report } from '../checkpoints/problem-line.ts';
import { buildResidualCnn, type ResidualCnn, type ResidualCnnBlock } from '../checkpoints/residual-cnn.ts';
import type { Tensors } from '../checkpoints/timm-blocks.ts';

const count = z.int().positive();

/** The library leaves out what equals its defaults, so these are the library's. */
const configSchema = z.looseObject({
  num_channels: count.default(3),
  hidden_sizes: z.array(count).nonempty().default([256, 512, 1024, 2048]),
  depths: z.array(count).nonempty().default([3, 4, 6, 3]),
  layer_type: z.enum(['basic', 'bottleneck']).default('bottleneck'),
  hidden_act: z.string().default('relu'),
  downsample_in_first_stage: z.boolean().default(false),
  downsample_in_bottleneck: z.boolean().default(false),
  ...classFields,
});

type Config = z.infer<typeof configSchema>;

const inside = /(^|(?<=\.))embedder\.embedder\.convolution\./;
const epsilon = 1e-5;

/** Images have this size where no preprocessing is given: config.json does not say any. */
const usualSize = [224, 224] as const;

/** ResNet in the names of Transformers. */
export const resnetHuggingFace = defineArchitecture({
  name: 'resnet-hugging-face',
  description: 'ResNetForImageClassification and ResNetModel as Hugging Face Transformers saves them',
  matches: (_config, names) =>
    modelPrefix(names, inside) !== undefined &&
    [...names].some((name) => /encoder\.stages\.0\.layers\.0\.layer\.0\./.test(name)),
  config: configSchema,
  parse,
  inputs: ({ channels, imageSize }) => imageInput([channels, ...imageSize]),
  outputShape: ({ classes }) => [classes],
  build: buildResidualCnn,
});

function parse(
  config: Config,
  tensors: Tensors,
  report: Report,
  pictures: readonly [number, number] = usualSize,
): ResidualCnn {
  const model = modelPrefix(tensors.keys(), inside) ?? '';
  const activation = configuredActivation(config.hidden_act, report);
  const classes = classesIfAny(config, tensors, report, 'classifier.1');
  return {
    channels: config.num_channels,
    imageSize: pictures,
    stem: [
      layer(`${model}embedder.embedder`, { stride: 2, activation }),
      { kind: 'max-pool', path: `${model}embedder.pooler` },
    ],
    blocks: config.depths.flatMap((depth, stage) =>
      Array.from({ length: depth }, (_, i) => {
        const halves = i === 0 && (stage > 0 || config.downsample_in_first_stage);
        const path = `${model}encoder.stages.${stage}.layers.${i}`;
        return block(path, halves ? 2 : 1, config, activation, tensors);
      }),
    ),
    classifier: classes === undefined ? undefined : 'classifier.1',
    classes: classes ?? config.hidden_sizes.at(-1)!,
  };
}

function layer(path: string, rest: Partial<ConvLayer> = {}): ConvLayer {
  const norm = { path: `${path}.normalization`, epsilon };
  return { kind: 'convolution', path: `${path}.convolution`, norm, ...rest };
}

/** The stride is that of the first 3×3 convolution, or of the 1×1 ahead of it. */
function block(
  path: string,
  stride: number,
  { layer_type, downsample_in_bottleneck: early }: Config,
  activation: PerceptronActivation,
  tensors: Tensors,
): ResidualCnnBlock {
  const strides = layer_type === 'basic' ? [stride, 1] : early ? [stride, 1, 1] : [1, stride, 1];
  const last = strides.length - 1;
  return {
    path,
    layers: strides.map((each, i) =>
      layer(`${path}.layer.${i}`, { stride: each, ...(i < last && { activation }) }),
    ),
    shortcut: tensors.has(`${path}.shortcut.convolution.weight`)
      ? [layer(`${path}.shortcut`, { stride })]
      : [],
    activation,
  };
}
