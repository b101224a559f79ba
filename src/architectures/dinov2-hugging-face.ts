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
import type { Mlp } from '../checkpoints/mlp.ts';
import type { PerceptronActivation } from '../checkpoints/perceptron-activation.ts';
import type { Report } from '../checkpoints/problem-line.ts';
import type { Tensors } from '../checkpoints/timm-blocks.ts';
import { heightAndWidth } from '../checkpoints/timm-config.ts';
import type { TransformerBlock } from '../checkpoints/transformer-block.ts';
import { type PrefixTokens, patchGrid, type VisionTransformer } from '../checkpoints/vision-transformer.ts';

const count = z.int().positive();

/** The library leaves out what equals its defaults, so these are the library's. */
const configSchema = z.looseObject({
  hidden_size: count.default(768),
  num_attention_heads: count.default(12),
  num_hidden_layers: count.default(12),
  mlp_ratio: z.number().positive().default(4),
  image_size: sizeOrPair.default(224),
  patch_size: sizeOrPair.default(14),
  num_channels: count.default(3),
  hidden_act: z.string().default('gelu'),
  layer_norm_eps: z.number().positive().default(1e-6),
  qkv_bias: z.boolean().default(true),
  use_swiglu_ffn: z.boolean().default(false),
  ...classFields,
});

type Config = z.infer<typeof configSchema>;

const inside = /embeddings\.cls_token$/;
const layer = /(^|\.)encoder\.layer\.0\.layer_scale1\.lambda1$/;

/**
 * DINOv2, with or without registers. Position embeddings are interpolated for the pictures that `preprocessor_config.json`
 * makes, as the library does it when it runs. The classifier reads the class token and the mean of the patches; without a classifier
 * the class token is the output.
 *
 * Oquab et al.: DINOv2: Learning Robust Visual Features without Supervision, 2023, arXiv:2304.07193.
 * Darcet, Oquab, Mairal, Bojanowski: Vision Transformers Need Registers, ICLR 2024, arXiv:2309.16588.
 */
export const dinov2HuggingFace = defineArchitecture({
  name: 'dinov2-hugging-face',
  description:
    'Dinov2(WithRegisters)ForImageClassification and Dinov2Model as Hugging Face Transformers saves them',
  matches: (_config, names) => [...names].some((name) => layer.test(name)),
  config: configSchema,
  parse: parseSettings,
  unused: () => [/(^|\.)embeddings\.mask_token$/],
  inputs: ({ channels, imageSize }) => imageInput([channels, ...imageSize]),
  outputShape: ({ classes }) => [classes],
  build: buildVisionTransformer,
});

function parseSettings(
  config: Config,
  tensors: Tensors,
  report: Report,
  pictures?: readonly [number, number],
): VisionTransformer {
  const model = modelPrefix(tensors.keys(), inside) ?? '';
  const patchSize = heightAndWidth(config.patch_size);
  const trained = heightAndWidth(config.image_size);
  const imageSize = pictures ?? trained;
  const [from, to] = [patchGrid(trained, patchSize), patchGrid(imageSize, patchSize)];
  const classes = classesIfAny(config, tensors, report);
  const activation = configuredActivation(config.hidden_act, report);
  const heads = headCount(config.hidden_size, config.num_attention_heads, report);
  return {
    channels: config.num_channels,
    imageSize,
    patchSize,
    embedDim: config.hidden_size,
    prefix: prefixTokens(tensors, model),
    positions: {
      name: `${model}embeddings.position_embeddings`,
      covers: 'first',
      ...(from.join() !== to.join() && { madeFor: from }),
    },
    patches: { path: `${model}embeddings.patch_embeddings.projection`, bias: true },
    firstNorm: undefined,
    blocks: Array.from({ length: config.num_hidden_layers }, (_, i) =>
      block(`${model}encoder.layer.${i}`, config, heads, activation),
    ),
    lastNorm: { path: `${model}layernorm`, epsilon: config.layer_norm_eps },
    pooling: { kind: classes === undefined ? 'token' : 'token-and-mean' },
    pooledNorm: undefined,
    classifiers: classes === undefined ? [] : [{ path: 'classifier', bias: true }],
    classes: classes ?? config.hidden_size,
  };
}

function prefixTokens(tensors: Tensors, model: string): PrefixTokens[] {
  const registers = tensors.get(`${model}embeddings.register_tokens`);
  const prefix = [{ name: `${model}embeddings.cls_token`, count: 1 }];
  if (registers) prefix.push({ name: `${model}embeddings.register_tokens`, count: registers.shape[1] ?? 1 });
  return prefix;
}

function block(
  path: string,
  config: Config,
  heads: number,
  activation: PerceptronActivation,
): TransformerBlock {
  const { hidden_size: width, layer_norm_eps: epsilon, qkv_bias: bias } = config;
  return {
    path,
    norms: 'before',
    attentionNorm: { path: `${path}.norm1`, epsilon },
    attention: huggingFaceAttention(path, width, heads, { query: bias, key: bias, value: bias }),
    attentionScale: `${path}.layer_scale1.lambda1`,
    mlpNorm: { path: `${path}.norm2`, epsilon },
    mlp: mlp(`${path}.mlp`, config, activation),
    mlpScale: `${path}.layer_scale2.lambda1`,
  };
}

/** A gated perceptron is two thirds as wide, in multiples of 8, and always gated by SiLU. */
function mlp(path: string, config: Config, activation: PerceptronActivation): Mlp {
  const hidden = Math.trunc(config.hidden_size * config.mlp_ratio);
  const linear = (name: string) => ({ path: `${path}.${name}`, bias: true });
  if (!config.use_swiglu_ffn) return { expand: linear('fc1'), activation, hidden, contract: linear('fc2') };
  const narrow = 8 * Math.floor((Math.trunc((hidden * 2) / 3) + 7) / 8);
  const expand = { gateAndValue: linear('weights_in') };
  return { expand, activation: 'silu', hidden: narrow, contract: linear('weights_out') };
}
