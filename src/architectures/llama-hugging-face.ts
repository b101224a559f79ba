import { z } from 'zod';
import { buildTextTransformer, textInputs, textOutputShape } from '../checkpoints/build-text-transformer.ts';
import { defineArchitecture } from '../checkpoints/define-architecture.ts';
import {
  checkModelType,
  classFields,
  configuredActivation,
  decoderHead,
  modelPrefix,
} from '../checkpoints/hugging-face-config.ts';
import type { Norm } from '../checkpoints/norm.ts';
import type { PerceptronActivation } from '../checkpoints/perceptron-activation.ts';
import type { Report } from '../checkpoints/problem-line.ts';
import { ropeScaling, rotaryFrequencies } from '../checkpoints/rotary-frequencies.ts';
import type { TokenRotation } from '../checkpoints/rotary-positions.ts';
import type { TextBlock, TextTransformer } from '../checkpoints/text-transformer.ts';
import type { Tensors } from '../checkpoints/timm-blocks.ts';
import { paddingNumber } from '../text/tokenizer-settings.ts';

const count = z.int().positive();

/** The library leaves out what equals its defaults, so these are the library's. */
const configSchema = z.looseObject({
  model_type: z.string().nullish(),
  vocab_size: count.default(32000),
  hidden_size: count.default(4096),
  intermediate_size: count.default(11008),
  num_hidden_layers: count.default(32),
  num_attention_heads: count.default(32),
  num_key_value_heads: count.nullish(),
  head_dim: count.nullish(),
  hidden_act: z.string().default('silu'),
  rms_norm_eps: z.number().positive().default(1e-6),
  rope_theta: z.number().positive().nullish(),
  rope_scaling: ropeScaling.nullish(),
  rope_parameters: ropeScaling.nullish(),
  attention_bias: z.boolean().default(false),
  mlp_bias: z.boolean().default(false),
  tie_word_embeddings: z.boolean().default(false),
  pad_token_id: paddingNumber,
  ...classFields,
});

type Config = z.infer<typeof configSchema>;

const inside = /(^|(?<=\.))layers\.0\.self_attn\.q_proj\.weight$/;

/**
 * Llama: a decoder with RMS norms, rotated queries and keys, keys that several heads share, gated perceptrons.
 *
 * Touvron et al.: LLaMA: Open and Efficient Foundation Language Models, 2023, arXiv:2302.13971.
 */
export const llamaHuggingFace = defineArchitecture({
  name: 'llama-hugging-face',
  description:
    'LlamaForCausalLM, LlamaForSequenceClassification and LlamaModel as Hugging Face Transformers saves them',
  matches: (_config, names) =>
    modelPrefix(names, inside) !== undefined &&
    [...names].some((name) => /(^|\.)embed_tokens\.weight$/.test(name)),
  config: configSchema,
  parse,
  unused: () => [/\.rotary_emb\.inv_freq$/],
  inputs: textInputs,
  outputShape: textOutputShape,
  build: buildTextTransformer,
});

function parse(config: Config, tensors: Tensors, report: Report): TextTransformer {
  // Other decoders have tensors of the same names, and other attention.
  checkModelType(config.model_type ?? 'llama', ['llama'], report);
  const model = modelPrefix(tensors.keys(), inside) ?? '';
  const width = config.hidden_size;
  const headDim = config.head_dim ?? width / config.num_attention_heads;
  const scaling = config.rope_parameters ?? config.rope_scaling ?? {};
  const theta = scaling.rope_theta ?? config.rope_theta ?? 10_000;
  const rotation: TokenRotation = {
    pairs: 'halves',
    headDim,
    frequencies: rotaryFrequencies(headDim, theta, scaling, report),
  };
  const activation = configuredActivation(config.hidden_act, report);
  const norm = (path: string): Norm => ({ path, epsilon: config.rms_norm_eps, kind: 'rms' });
  return {
    width,
    vocabulary: config.vocab_size,
    embedding: `${model}embed_tokens`,
    positions: undefined,
    types: undefined,
    embeddingNorm: undefined,
    blocks: Array.from({ length: config.num_hidden_layers }, (_, i) =>
      block(`${model}layers.${i}`, { config, headDim, rotation, activation, norm }),
    ),
    causal: true,
    lastNorm: norm(`${model}norm`),
    head: decoderHead({ ...config, width, embedding: `${model}embed_tokens` }, tensors, report),
  };
}

/** What all blocks have in common. */
interface Common {
  readonly config: Config;
  readonly headDim: number;
  readonly rotation: TokenRotation;
  readonly activation: PerceptronActivation;
  readonly norm: (path: string) => Norm;
}

function block(path: string, { config, headDim, rotation, activation, norm }: Common): TextBlock {
  const { hidden_size: width, num_attention_heads: heads, num_key_value_heads } = config;
  const projection = (name: string) => ({ path: `${path}.self_attn.${name}`, bias: config.attention_bias });
  const linear = (name: string) => ({ path: `${path}.mlp.${name}`, bias: config.mlp_bias });
  return {
    path,
    norms: 'before',
    rotation,
    attentionNorm: norm(`${path}.input_layernorm`),
    attention: {
      path: `${path}.self_attn`,
      width,
      heads,
      keyHeads: num_key_value_heads ?? heads,
      headDim,
      projections: {
        kind: 'separate',
        query: projection('q_proj'),
        key: projection('k_proj'),
        value: projection('v_proj'),
      },
      output: projection('o_proj'),
    },
    attentionScale: undefined,
    mlpNorm: norm(`${path}.post_attention_layernorm`),
    mlp: {
      expand: { gate: linear('gate_proj'), value: linear('up_proj') },
      activation,
      hidden: config.intermediate_size,
      contract: linear('down_proj'),
    },
    mlpScale: undefined,
  };
}
