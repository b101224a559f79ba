import { z } from 'zod';
import { buildTextTransformer, textInputs, textOutputShape } from '../checkpoints/build-text-transformer.ts';
import { defineArchitecture } from '../checkpoints/define-architecture.ts';
import {
  classFields,
  configuredActivation,
  decoderHead,
  headCount,
  modelPrefix,
} from '../checkpoints/hugging-face-config.ts';
import type { PerceptronActivation } from '../checkpoints/perceptron-activation.ts';
import type { Report } from '../checkpoints/problem-line.ts';
import type { TextBlock, TextTransformer } from '../checkpoints/text-transformer.ts';
import type { Tensors } from '../checkpoints/timm-blocks.ts';
import { paddingNumber } from '../text/tokenizer-settings.ts';

const count = z.int().positive();

/** The library leaves out what equals its defaults, so these are the library's. */
const configSchema = z.looseObject({
  vocab_size: count.default(50257),
  n_positions: count.default(1024),
  n_embd: count.default(768),
  n_layer: count.default(12),
  n_head: count.default(12),
  n_inner: count.nullish(),
  activation_function: z.string().default('gelu_new'),
  layer_norm_epsilon: z.number().positive().default(1e-5),
  scale_attn_weights: z.literal(true).default(true),
  scale_attn_by_inverse_layer_idx: z.literal(false).default(false),
  tie_word_embeddings: z.boolean().default(true),
  pad_token_id: paddingNumber,
  ...classFields,
});

type Config = z.infer<typeof configSchema>;

const inside = /(^|(?<=\.))h\.0\.attn\.c_attn\.weight$/;

/**
 * GPT-2: a decoder whose weights are stored [inputs, outputs]. As a language model it gives the logits of the next token
 * at every token, as a classifier those of its last token that is not padding.
 *
 * Radford, Wu, Child, Luan, Amodei, Sutskever: Language Models are Unsupervised Multitask Learners, 2019.
 */
export const gpt2HuggingFace = defineArchitecture({
  name: 'gpt2-hugging-face',
  description:
    'GPT2LMHeadModel, GPT2ForSequenceClassification and GPT2Model as Hugging Face Transformers saves them',
  matches: (_config, names) => modelPrefix(names, inside) !== undefined,
  config: configSchema,
  parse,
  unused: () => [/(^|\.)h\.\d+\.attn\.(masked_)?bias$/],
  inputs: textInputs,
  outputShape: textOutputShape,
  build: buildTextTransformer,
});

function parse(config: Config, tensors: Tensors, report: Report): TextTransformer {
  const model = modelPrefix(tensors.keys(), inside) ?? '';
  const { n_embd: width, layer_norm_epsilon: epsilon } = config;
  const heads = headCount(width, config.n_head, report);
  const activation = configuredActivation(config.activation_function, report, 'activation_function');
  return {
    width,
    vocabulary: config.vocab_size,
    embedding: `${model}wte`,
    positions: { path: `${model}wpe`, rows: config.n_positions },
    types: undefined,
    embeddingNorm: undefined,
    blocks: Array.from({ length: config.n_layer }, (_, i) =>
      block(`${model}h.${i}`, config, heads, activation),
    ),
    causal: true,
    lastNorm: { path: `${model}ln_f`, epsilon },
    head: decoderHead({ ...config, width, embedding: `${model}wte` }, tensors, report),
  };
}

function block(path: string, config: Config, heads: number, activation: PerceptronActivation): TextBlock {
  const { n_embd: width, layer_norm_epsilon: epsilon } = config;
  const linear = (name: string) => ({ path: `${path}.${name}`, bias: true, inputsFirst: true });
  return {
    path,
    norms: 'before',
    attentionNorm: { path: `${path}.ln_1`, epsilon },
    attention: {
      path: `${path}.attn`,
      width,
      heads,
      projections: { kind: 'fused', qkv: linear('attn.c_attn') },
      output: linear('attn.c_proj'),
    },
    attentionScale: undefined,
    mlpNorm: { path: `${path}.ln_2`, epsilon },
    mlp: {
      expand: linear('mlp.c_fc'),
      activation,
      hidden: config.n_inner ?? 4 * width,
      contract: linear('mlp.c_proj'),
    },
    mlpScale: undefined,
  };
}
