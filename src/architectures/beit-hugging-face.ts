import { z } from 'zod';
import { buildVisionTransformer } from '../checkpoints/build-vision-transformer.ts';
import { defineArchitecture, imageInput } from '../checkpoints/define-architecture.ts';
import { huggingFaceAttention } from '../checkpoints/hugging-face-attention.ts';
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
import { classAndGridPositions, type PairIndex } from '../checkpoints/relative-positions.ts';
import type { Tensors } from '../checkpoints/timm-blocks.ts';
import { heightAndWidth } from '../checkpoints/timm-config.ts';
import type { TransformerBlock } from '../checkpoints/transformer-block.ts';
import { patchGrid, type VisionTransformer } from '../checkpoints/vision-transformer.ts';

const count = z.int().positive();

/** The library leaves out what equals its defaults, so these are the library's. */
const configSchema = z.looseObject({
  hidden_size: count.default(768),
  num_attention_heads: count.default(12),
  num_hidden_layers: count.default(12),
  intermediate_size: count.default(3072),
  image_size: sizeOrPair.default(224),
  patch_size: sizeOrPair.default(16),
  num_channels: count.default(3),
  hidden_act: z.string().default('gelu'),
  layer_norm_eps: z.number().positive().default(1e-12),
  layer_scale_init_value: z.number().default(0.1),
  use_absolute_position_embeddings: z.boolean().default(false),
  use_relative_position_bias: z.boolean().default(false),
  use_shared_relative_position_bias: z.boolean().default(false),
  use_mean_pooling: z.boolean().default(true),
  ...classFields,
});

type Config = z.infer<typeof configSchema>;

/** Distinguishes BEiT from ViT: the scales of its layers, or its relative positions. */
const inside = /(^|(?<=\.))encoder\.layer\.0\.(lambda_1|attention\.attention\.relative_position_bias\.)/;

/**
 * BEiT: attention whose scores know how far tokens are apart, keys without bias, LayerScale.
 *
 * Bao, Dong, Piao, Wei: BEiT: BERT Pre-Training of Image Transformers, ICLR 2022, arXiv:2106.08254.
 */
export const beitHuggingFace = defineArchitecture({
  name: 'beit-hugging-face',
  description: 'BeitForImageClassification and BeitModel as Hugging Face Transformers saves them',
  matches: (_config, names) => modelPrefix(names, inside) !== undefined,
  config: configSchema,
  parse: parseSettings,
  unused: () => [/(^|\.)embeddings\.mask_token$/, /\.relative_position_index$/],
  inputs: ({ channels, imageSize }) => imageInput([channels, ...imageSize]),
  outputShape: ({ classes }) => [classes],
  build: buildVisionTransformer,
});

function parseSettings(config: Config, tensors: Tensors, report: Report): VisionTransformer {
  const model = modelPrefix(tensors.keys(), inside) ?? '';
  const { hidden_size: width, layer_norm_eps: epsilon, use_mean_pooling: averages } = config;
  const classes = classesIfAny(config, tensors, report);
  const activation = configuredActivation(config.hidden_act, report);
  const heads = headCount(width, config.num_attention_heads, report);
  const grid = patchGrid(heightAndWidth(config.image_size), heightAndWidth(config.patch_size));
  const common = { config, heads, activation, relative: classAndGridPositions(grid) };
  return {
    channels: config.num_channels,
    imageSize: heightAndWidth(config.image_size),
    patchSize: heightAndWidth(config.patch_size),
    embedDim: width,
    prefix: [{ name: `${model}embeddings.cls_token`, count: 1 }],
    positions: config.use_absolute_position_embeddings
      ? { name: `${model}embeddings.position_embeddings`, covers: 'all' }
      : undefined,
    patches: { path: `${model}embeddings.patch_embeddings.projection`, bias: true },
    firstNorm: undefined,
    blocks: Array.from({ length: config.num_hidden_layers }, (_, i) => block(model, i, common)),
    lastNorm: averages ? undefined : { path: `${model}layernorm`, epsilon },
    pooling: averages ? { kind: 'mean', includePrefix: false } : { kind: 'token' },
    pooledNorm: averages ? { path: `${model}pooler.layernorm`, epsilon } : undefined,
    classifiers: classes === undefined ? [] : [{ path: 'classifier', bias: true }],
    classes: classes ?? width,
  };
}

/** What all layers have in common. */
interface Common {
  readonly config: Config;
  readonly heads: number;
  readonly activation: PerceptronActivation;
  readonly relative: PairIndex;
}

function block(
  model: string,
  index: number,
  { config, heads, activation, relative }: Common,
): TransformerBlock {
  const path = `${model}encoder.layer.${index}`;
  const { hidden_size: width, layer_norm_eps: epsilon, intermediate_size: hidden } = config;
  const scale = (name: string) => (config.layer_scale_init_value > 0 ? `${path}.${name}` : undefined);
  const table = config.use_relative_position_bias
    ? `${path}.attention.attention.relative_position_bias`
    : config.use_shared_relative_position_bias && `${model}encoder.relative_position_bias`;
  return {
    path,
    norms: 'before',
    attentionNorm: { path: `${path}.layernorm_before`, epsilon },
    attention: huggingFaceAttention(path, width, heads, { query: true, key: false, value: true }),
    relativePositions: table ? { ...relative, table: `${table}.relative_position_bias_table` } : undefined,
    attentionScale: scale('lambda_1'),
    mlpNorm: { path: `${path}.layernorm_after`, epsilon },
    mlp: {
      expand: { path: `${path}.intermediate.dense`, bias: true },
      activation,
      hidden,
      contract: { path: `${path}.output.dense`, bias: true },
    },
    mlpScale: scale('lambda_2'),
  };
}
