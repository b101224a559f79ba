import { z } from 'zod';
import { buildTextTransformer, textInputs, textOutputShape } from '../checkpoints/build-text-transformer.ts';
import { defineArchitecture } from '../checkpoints/define-architecture.ts';
import {
  checkModelType,
  classCount,
  classesIfAny,
  classFields,
  configuredActivation,
  headCount,
  modelPrefix,
} from '../checkpoints/hugging-face-config.ts';
import type { PerceptronActivation } from '../checkpoints/perceptron-activation.ts';
import type { Report } from '../checkpoints/problem-line.ts';
import type { TextBlock, TextHead, TextTransformer } from '../checkpoints/text-transformer.ts';
import type { Tensors } from '../checkpoints/timm-blocks.ts';
import { paddingNumber } from '../text/tokenizer-settings.ts';

const count = z.int().positive();

/** The library leaves out what equals its defaults, so these are the library's. */
const configSchema = z.looseObject({
  model_type: z.string().nullish(),
  vocab_size: count.default(30522),
  hidden_size: count.default(768),
  num_hidden_layers: count.default(12),
  num_attention_heads: count.default(12),
  intermediate_size: count.default(3072),
  hidden_act: z.string().default('gelu'),
  max_position_embeddings: count.default(512),
  type_vocab_size: count.default(2),
  layer_norm_eps: z.number().positive().default(1e-12),
  pad_token_id: paddingNumber,
  position_embedding_type: z.literal('absolute').nullish(),
  is_decoder: z.literal(false).nullish(),
  ...classFields,
});

type Config = z.infer<typeof configSchema>;

const inside = /(^|(?<=\.))embeddings\.word_embeddings\.weight$/;
const roberta = new Set(['roberta', 'xlm-roberta', 'camembert']);

/**
 * BERT, RoBERTa and what shares their code: norms of the sums, learnt positions. RoBERTa counts positions from behind the
 * number of its padding token on.
 *
 * Devlin, Chang, Lee, Toutanova: BERT: Pre-training of Deep Bidirectional Transformers for Language Understanding, NAACL
 * 2019, arXiv:1810.04805.
 * Liu et al.: RoBERTa: A Robustly Optimized BERT Pretraining Approach, 2019, arXiv:1907.11692.
 */
export const bertHuggingFace = defineArchitecture({
  name: 'bert-hugging-face',
  description:
    'Bert-, Roberta-, XLMRoberta- and CamembertForSequenceClassification and their bare models as Hugging Face Transformers saves them',
  matches: (_config, names) =>
    modelPrefix(names, inside) !== undefined &&
    [...names].some((name) => /(^|\.)encoder\.layer\.0\.attention\.self\.query\.weight$/.test(name)) &&
    [...names].some((name) => /(^|\.)embeddings\.token_type_embeddings\.weight$/.test(name)),
  config: configSchema,
  parse,
  unused: ({ head }) => (head.kind === 'tokens' ? [/(^|\.)pooler\.dense\./] : [/^roberta\.pooler\.dense\./]),
  inputs: textInputs,
  outputShape: textOutputShape,
  build: buildTextTransformer,
});

function parse(config: Config, tensors: Tensors, report: Report): TextTransformer {
  const model = modelPrefix(tensors.keys(), inside) ?? '';
  const type = config.model_type ?? model.replace(/\.$/, '');
  checkModelType(type, ['bert', ...roberta], report);
  const { hidden_size: width, layer_norm_eps: epsilon } = config;
  const embeddings = `${model}embeddings`;
  const heads = headCount(width, config.num_attention_heads, report);
  const activation = configuredActivation(config.hidden_act, report);
  const rows = config.max_position_embeddings;
  const positions = { path: `${embeddings}.position_embeddings`, rows };
  return {
    width,
    vocabulary: config.vocab_size,
    embedding: `${embeddings}.word_embeddings`,
    positions: roberta.has(type) ? { ...positions, padding: config.pad_token_id ?? 1 } : positions,
    types: {
      path: `${embeddings}.token_type_embeddings`,
      rows: config.type_vocab_size,
      given: config.type_vocab_size > 1,
    },
    embeddingNorm: { path: `${embeddings}.LayerNorm`, epsilon },
    blocks: Array.from({ length: config.num_hidden_layers }, (_, i) =>
      block(`${model}encoder.layer.${i}`, config, heads, activation),
    ),
    causal: false,
    lastNorm: undefined,
    head: headOf(model, config, tensors, report),
  };
}

/** Classifier of the first token: behind the pooler, or RoBERTa's own of two layers; without one the tokens themselves. */
function headOf(model: string, config: Config, tensors: Tensors, report: Report): TextHead {
  const common = { kind: 'text', pooling: 'first', activation: 'tanh', norm: undefined } as const;
  const own = tensors.get('classifier.out_proj.weight');
  if (own) {
    return {
      ...common,
      dense: { path: 'classifier.dense', bias: true },
      output: { path: 'classifier.out_proj', bias: true },
      outputs: classCount(config, own, report),
    };
  }
  const outputs = classesIfAny(config, tensors, report);
  if (outputs === undefined) return { kind: 'tokens', output: undefined, outputs: config.hidden_size };
  return {
    ...common,
    dense: { path: `${model}pooler.dense`, bias: true },
    output: { path: 'classifier', bias: true },
    outputs,
  };
}

function block(path: string, config: Config, heads: number, activation: PerceptronActivation): TextBlock {
  const { hidden_size: width, layer_norm_eps: epsilon, intermediate_size: hidden } = config;
  const projection = (name: string) => ({ path: `${path}.attention.self.${name}`, bias: true });
  return {
    path,
    norms: 'sum',
    attentionNorm: { path: `${path}.attention.output.LayerNorm`, epsilon },
    attention: {
      path: `${path}.attention`,
      width,
      heads,
      projections: {
        kind: 'separate',
        query: projection('query'),
        key: projection('key'),
        value: projection('value'),
      },
      output: { path: `${path}.attention.output.dense`, bias: true },
    },
    attentionScale: undefined,
    mlpNorm: { path: `${path}.output.LayerNorm`, epsilon },
    mlp: {
      expand: { path: `${path}.intermediate.dense`, bias: true },
      activation,
      hidden,
      contract: { path: `${path}.output.dense`, bias: true },
    },
    mlpScale: undefined,
  };
}
