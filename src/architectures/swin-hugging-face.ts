import { z } from 'zod';
import { defineArchitecture, imageInput } from '../checkpoints/define-architecture.ts';
import {
  classesIfAny,
  classFields,
  configuredActivation,
  headCount,
  modelPrefix,
  sizeOrPair,
} from '../checkpoints/hugging-face-config.ts';
import type { PerceptronActivation } from '../checkpoints/perceptron-activation.ts';
import type { Report } from '../checkpoints/problem-line.ts';
import { windowIndex, windowRows } from '../checkpoints/relative-positions.ts';
import { buildSwin, type Swin, type SwinBlock, type SwinStage, stageWindows } from '../checkpoints/swin.ts';
import type { Tensors } from '../checkpoints/timm-blocks.ts';
import { heightAndWidth } from '../checkpoints/timm-config.ts';
import { patchGrid } from '../checkpoints/vision-transformer.ts';
import type { Windows } from '../checkpoints/windows.ts';

const count = z.int().positive();

/** The library leaves out what equals its defaults, so these are the library's. */
const configSchema = z.looseObject({
  embed_dim: count.default(96),
  depths: z.array(count).nonempty().default([2, 2, 6, 2]),
  num_heads: z.array(count).nonempty().default([3, 6, 12, 24]),
  window_size: sizeOrPair.default(7),
  pretrained_window_sizes: z.array(z.int().nonnegative()).default([]),
  mlp_ratio: z.number().positive().default(4),
  image_size: sizeOrPair.default(224),
  patch_size: sizeOrPair.default(4),
  num_channels: count.default(3),
  hidden_act: z.string().default('gelu'),
  layer_norm_eps: z.number().positive().default(1e-5),
  qkv_bias: z.boolean().default(true),
  ...classFields,
});

type Config = z.infer<typeof configSchema>;

const inside = /(^|(?<=\.))encoder\.layers\.0\.blocks\.0\.attention\.self\./;
/** ε of the norms outside of the blocks, whatever config.json says. */
const libraryEpsilon = 1e-5;

const secondVersion = /\.attention\.self\.logit_scale$/;

/** Swin Transformers, the first and the second version, in the names of Transformers. */
export const swinHuggingFace = defineArchitecture({
  name: 'swin-hugging-face',
  description: 'Swin(v2)ForImageClassification and Swin(v2)Model as Hugging Face Transformers saves them',
  matches: (_config, names) => modelPrefix(names, inside) !== undefined,
  config: configSchema,
  parse,
  unused: () => [/\.relative_position_index$/, /\.relative_coords_table$/, /(^|\.)embeddings\.mask_token$/],
  inputs: ({ channels, imageSize }) => imageInput([channels, ...imageSize]),
  outputShape: ({ classes }) => [classes],
  build: buildSwin,
});

/** What all blocks have in common. */
interface Common {
  readonly config: Config;
  readonly model: string;
  readonly report: Report;
  readonly activation: PerceptronActivation;
  readonly second: boolean;
}

function parse(config: Config, tensors: Tensors, report: Report): Swin {
  const model = modelPrefix(tensors.keys(), inside) ?? '';
  const imageSize = heightAndWidth(config.image_size);
  const patchSize = heightAndWidth(config.patch_size);
  const epsilon = config.layer_norm_eps;
  const common: Common = {
    config,
    model,
    report,
    activation: configuredActivation(config.hidden_act, report),
    second: [...tensors.keys()].some((name) => secondVersion.test(name)),
  };
  const [down, across] = patchGrid(imageSize, patchSize);
  const stages = config.depths.map((depth, i) => stage(i, depth, [down / 2 ** i, across / 2 ** i], common));
  const classes = classesIfAny(config, tensors, report);
  return {
    channels: config.num_channels,
    imageSize,
    patchSize,
    patches: `${model}embeddings.patch_embeddings.projection`,
    patchNorm: { path: `${model}embeddings.norm`, epsilon: libraryEpsilon },
    stages,
    lastNorm: { path: `${model}layernorm`, epsilon },
    classifier: classes === undefined ? undefined : 'classifier',
    classes: classes ?? stages.at(-1)!.width,
  };
}

function stage(index: number, depth: number, grid: readonly [number, number], common: Common): SwinStage {
  const { config, model, report, second } = common;
  const before = `${model}encoder.layers.${index - 1}.downsample`;
  const width = config.embed_dim * 2 ** index;
  const windows = stageWindows(grid, heightAndWidth(config.window_size), depth, report);
  return {
    width,
    merging:
      index === 0
        ? undefined
        : {
            reduction: `${before}.reduction`,
            norm: { path: `${before}.norm`, epsilon: libraryEpsilon },
            normFirst: !second,
          },
    blocks: windows.map((each, i) =>
      block(`${model}encoder.layers.${index}.blocks.${i}`, index, width, each, common),
    ),
  };
}

function block(path: string, index: number, width: number, windows: Windows, common: Common): SwinBlock {
  const { config, report, activation, second } = common;
  const { layer_norm_eps: epsilon, qkv_bias: bias } = config;
  const { window } = windows;
  const self = `${path}.attention.self`;
  const trained = config.pretrained_window_sizes[index] ?? 0;
  return {
    windows,
    positions: second
      ? {
          path: `${self}.continuous_position_bias_mlp`,
          window,
          trained: trained > 0 ? [trained, trained] : window,
        }
      : {
          table: `${self}.relative_position_bias_table`,
          rows: windowRows(window),
          tokens: window[0] * window[1],
          index: windowIndex(window),
        },
    block: {
      path,
      norms: second ? 'after' : 'before',
      attentionNorm: { path: `${path}.layernorm_before`, epsilon },
      attention: {
        path: `${path}.attention`,
        width,
        heads: headCount(width, config.num_heads[index] ?? 1, report),
        projections: {
          kind: 'separate',
          query: { path: `${self}.query`, bias },
          key: { path: `${self}.key`, bias: bias && !second },
          value: { path: `${self}.value`, bias },
        },
        cosineScale: second ? `${self}.logit_scale` : undefined,
        output: { path: `${path}.attention.output.dense`, bias: true },
      },
      attentionScale: undefined,
      mlpNorm: { path: `${path}.layernorm_after`, epsilon },
      mlp: {
        expand: { path: `${path}.intermediate.dense`, bias: true },
        activation,
        hidden: Math.trunc(config.mlp_ratio * width),
        contract: { path: `${path}.output.dense`, bias: true },
      },
      mlpScale: undefined,
    },
  };
}
