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
import type { PerceptronActivation } from '../checkpoints/perceptron-activation.ts';
import type { Report } from '../checkpoints/problem-line.ts';
import type { TextBlock, TextHead, TextTransformer } from '../checkpoints/text-transformer.ts';
import type { Tensors } from '../checkpoints/timm-blocks.ts';

const count = z.int().positive();

/** The library leaves out what equals its defaults, so these are the library's. */
const configSchema = z.looseObject({
  vocab_size: count.default(30522),
  dim: count.default(768),
  n_layers: count.default(6),
  n_heads: count.default(12),
  hidden_dim: count.default(3072),
  activation: z.string().default('gelu'),
  max_position_embeddings: count.default(512),
  ...classFields,
});

type Config = z.infer<typeof configSchema>;

const inside = /(^|(?<=\.))transformer\.layer\.0\.attention\.q_lin\.weight$/;

/** ε of all norms, which config.json does not state. */
const epsilon = 1e-12;

/**
 * DistilBERT.
 *
 * Sanh, Debut, Chaumond, Wolf: DistilBERT, a distilled version of BERT: smaller, faster, cheaper and lighter, 2019,
 * arXiv:1910.01108.
 */
export const distilbertHuggingFace = defineArchitecture({
  name: 'distilbert-hugging-face',
  description:
    'DistilBertForSequenceClassification and DistilBertModel as Hugging Face Transformers saves them',
  matches: (_config, names) => modelPrefix(names, inside) !== undefined,
  config: configSchema,
  parse,
  inputs: textInputs,
  outputShape: textOutputShape,
  build: buildTextTransformer,
});

function parse(config: Config, tensors: Tensors, report: Report): TextTransformer {
  const model = modelPrefix(tensors.keys(), inside) ?? '';
  const heads = headCount(config.dim, config.n_heads, report);
  const activation = configuredActivation(config.activation, report, 'activation');
  return {
    width: config.dim,
    vocabulary: config.vocab_size,
    embedding: `${model}embeddings.word_embeddings`,
    positions: { path: `${model}embeddings.position_embeddings`, rows: config.max_position_embeddings },
    types: undefined,
    embeddingNorm: { path: `${model}embeddings.LayerNorm`, epsilon },
    blocks: Array.from({ length: config.n_layers }, (_, i) =>
      block(`${model}transformer.layer.${i}`, config, heads, activation),
    ),
    causal: false,
    lastNorm: undefined,
    head: headOf(config, tensors, report),
  };
}

function headOf(config: Config, tensors: Tensors, report: Report): TextHead {
  const outputs = classesIfAny(config, tensors, report);
  if (outputs === undefined) return { kind: 'tokens', output: undefined, outputs: config.dim };
  return {
    kind: 'text',
    pooling: 'first',
    dense: { path: 'pre_classifier', bias: true },
    activation: 'relu',
    norm: undefined,
    output: { path: 'classifier', bias: true },
    outputs,
  };
}

function block(
  path: string,
  { dim: width, hidden_dim: hidden }: Config,
  heads: number,
  activation: PerceptronActivation,
): TextBlock {
  const linear = (name: string) => ({ path: `${path}.${name}`, bias: true });
  return {
    path,
    norms: 'sum',
    attentionNorm: { path: `${path}.sa_layer_norm`, epsilon },
    attention: {
      path: `${path}.attention`,
      width,
      heads,
      projections: {
        kind: 'separate',
        query: linear('attention.q_lin'),
        key: linear('attention.k_lin'),
        value: linear('attention.v_lin'),
      },
      output: linear('attention.out_lin'),
    },
    attentionScale: undefined,
    mlpNorm: { path: `${path}.output_layer_norm`, epsilon },
    mlp: { expand: linear('ffn.lin1'), activation, hidden, contract: linear('ffn.lin2') },
    mlpScale: undefined,
  };
}
