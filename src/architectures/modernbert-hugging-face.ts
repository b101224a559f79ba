import { z } from 'zod';
import { buildTextTransformer, textInputs, textOutputShape } from '../checkpoints/build-text-transformer.ts';
import { defineArchitecture } from '../checkpoints/define-architecture.ts';
import {
  classesIfAny,
  classFields,
  configuredActivation,
  headCount,
  modelPrefix,
} from '../checkpoints/hugging-face-config.ts';
import type { Norm } from '../checkpoints/norm.ts';
import type { PerceptronActivation } from '../checkpoints/perceptron-activation.ts';
import type { Report } from '../checkpoints/problem-line.ts';
import { ropeScaling, rotaryFrequencies } from '../checkpoints/rotary-frequencies.ts';
import type { TokenRotation } from '../checkpoints/rotary-positions.ts';
import type { TextBlock, TextHead, TextTransformer } from '../checkpoints/text-transformer.ts';
import type { Tensors } from '../checkpoints/timm-blocks.ts';

const count = z.int().positive();
const layerType = z.enum(['full_attention', 'sliding_attention']);

/** The library leaves out what equals its defaults, so these are the library's. */
const configSchema = z.looseObject({
  vocab_size: count.default(50368),
  hidden_size: count.default(768),
  intermediate_size: count.default(1152),
  num_hidden_layers: count.default(22),
  num_attention_heads: count.default(12),
  hidden_activation: z.string().default('gelu'),
  norm_eps: z.number().positive().default(1e-5),
  norm_bias: z.boolean().default(false),
  attention_bias: z.boolean().default(false),
  mlp_bias: z.boolean().default(false),
  global_attn_every_n_layers: count.default(3),
  layer_types: z.array(layerType).nullish(),
  local_attention: count.default(128),
  global_rope_theta: z.number().positive().default(160_000),
  local_rope_theta: z.number().positive().nullish(),
  rope_parameters: z.partialRecord(layerType, ropeScaling).nullish(),
  classifier_pooling: z.enum(['cls', 'mean']).default('cls'),
  classifier_bias: z.boolean().default(false),
  classifier_activation: z.string().default('gelu'),
  ...classFields,
});

type Config = z.infer<typeof configSchema>;

const inside = /(^|(?<=\.))layers\.0\.attn\.Wqkv\.weight$/;

/**
 * ModernBERT: rotated queries and keys, attention to near tokens in most layers, gated perceptrons.
 *
 * Warner et al.: Smarter, Better, Faster, Longer: A Modern Bidirectional Encoder, 2024, arXiv:2412.13663.
 */
export const modernbertHuggingFace = defineArchitecture({
  name: 'modernbert-hugging-face',
  description:
    'ModernBertForSequenceClassification and ModernBertModel as Hugging Face Transformers saves them',
  matches: (_config, names) =>
    modelPrefix(names, inside) !== undefined &&
    [...names].some((name) => /(^|\.)embeddings\.tok_embeddings\.weight$/.test(name)),
  config: configSchema,
  parse,
  inputs: textInputs,
  outputShape: textOutputShape,
  build: buildTextTransformer,
});

/** What all blocks have in common. */
interface Common {
  readonly config: Config;
  readonly heads: number;
  readonly activation: PerceptronActivation;
  readonly norm: (path: string) => Norm;
  /** Rotations of layers that see all tokens, and of those that see near ones. */
  readonly rotations: { readonly far: TokenRotation; readonly near: TokenRotation };
}

function parse(config: Config, tensors: Tensors, report: Report): TextTransformer {
  const model = modelPrefix(tensors.keys(), inside) ?? '';
  const width = config.hidden_size;
  const norm = (path: string): Norm => ({ path, epsilon: config.norm_eps, bias: config.norm_bias });
  const heads = headCount(width, config.num_attention_heads, report);
  const common: Common = {
    config,
    heads,
    activation: configuredActivation(config.hidden_activation, report, 'hidden_activation'),
    norm,
    rotations: {
      far: rotation(config, width / heads, 'full_attention', report),
      near: rotation(config, width / heads, 'sliding_attention', report),
    },
  };
  return {
    width,
    vocabulary: config.vocab_size,
    embedding: `${model}embeddings.tok_embeddings`,
    positions: undefined,
    types: undefined,
    embeddingNorm: norm(`${model}embeddings.norm`),
    blocks: Array.from({ length: config.num_hidden_layers }, (_, i) =>
      block(`${model}layers.${i}`, i, common),
    ),
    causal: false,
    lastNorm: norm(`${model}final_norm`),
    head: headOf(config, tensors, norm, report),
  };
}

function rotation(
  config: Config,
  headDim: number,
  type: z.infer<typeof layerType>,
  report: Report,
): TokenRotation {
  const stated = config.rope_parameters?.[type] ?? {};
  const own = type === 'full_attention' ? config.global_rope_theta : config.local_rope_theta;
  const theta = stated.rope_theta ?? own ?? config.global_rope_theta;
  return { pairs: 'halves', headDim, frequencies: rotaryFrequencies(headDim, theta, stated, report) };
}

function headOf(config: Config, tensors: Tensors, norm: (path: string) => Norm, report: Report): TextHead {
  const outputs = classesIfAny(config, tensors, report);
  if (outputs === undefined) return { kind: 'tokens', output: undefined, outputs: config.hidden_size };
  return {
    kind: 'text',
    pooling: config.classifier_pooling === 'cls' ? 'first' : 'mean',
    dense: { path: 'head.dense', bias: config.classifier_bias },
    activation: configuredActivation(config.classifier_activation, report, 'classifier_activation'),
    norm: norm('head.norm'),
    output: { path: 'classifier', bias: true },
    outputs,
  };
}

/** The embeddings are normed already, so that the first attention has no norm of its own. */
function block(
  path: string,
  index: number,
  { config, heads, activation, norm, rotations }: Common,
): TextBlock {
  const { hidden_size: width, attention_bias, mlp_bias } = config;
  const usual = index % config.global_attn_every_n_layers === 0 ? 'full_attention' : 'sliding_attention';
  const near = (config.layer_types?.[index] ?? usual) === 'sliding_attention';
  return {
    path,
    norms: 'before',
    rotation: near ? rotations.near : rotations.far,
    reach: near ? Math.floor(config.local_attention / 2) : undefined,
    attentionNorm: index === 0 ? undefined : norm(`${path}.attn_norm`),
    attention: {
      path: `${path}.attn`,
      width,
      heads,
      projections: { kind: 'fused', qkv: { path: `${path}.attn.Wqkv`, bias: attention_bias } },
      output: { path: `${path}.attn.Wo`, bias: attention_bias },
    },
    attentionScale: undefined,
    mlpNorm: norm(`${path}.mlp_norm`),
    mlp: {
      expand: { gateAndValue: { path: `${path}.mlp.Wi`, bias: mlp_bias } },
      activation,
      hidden: config.intermediate_size,
      contract: { path: `${path}.mlp.Wo`, bias: mlp_bias },
    },
    mlpScale: undefined,
  };
}
