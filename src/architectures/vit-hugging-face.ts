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
import { heightAndWidth } from '../checkpoints/timm-config.ts';
import type { TransformerBlock } from '../checkpoints/transformer-block.ts';
import type { PrefixTokens, VisionTransformer } from '../checkpoints/vision-transformer.ts';
import type { Tensor } from '../graph/tensor.ts';

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
  qkv_bias: z.boolean().default(true),
  ...classFields,
});

const inside = /(^|(?<=\.))encoder\.layer\.0\.attention\.attention\.query\.weight$/;

type Config = z.infer<typeof configSchema>;
type Tensors = ReadonlyMap<string, Tensor>;

/** ViT and DeiT classifiers with the tensor names of Hugging Face Transformers. */
export const vitHuggingFace = defineArchitecture({
  name: 'vit-hugging-face',
  description:
    'ViT- and DeiTForImageClassification(WithTeacher), ViTModel and DeiTModel as Hugging Face Transformers saves them',
  matches: (_config, names) => modelPrefix(names, inside) !== undefined,
  config: configSchema,
  parse: parseSettings,
  unused: () => [/^((vit|deit)\.)?pooler\./, /^((vit|deit)\.)?embeddings\.mask_token$/],
  inputs: ({ channels, imageSize }) => imageInput([channels, ...imageSize]),
  outputShape: ({ classes }) => [classes],
  build: buildVisionTransformer,
});

function parseSettings(config: Config, tensors: Tensors, report: Report): VisionTransformer {
  const model = modelPrefix(tensors.keys(), inside) ?? '';
  const classifiers = classifierPaths(tensors);
  const classes = classesIfAny(config, tensors, report, classifiers[0]);
  const layers: LayerSettings = {
    config,
    heads: headCount(config.hidden_size, config.num_attention_heads, report),
    activation: configuredActivation(config.hidden_act, report),
  };
  return {
    channels: config.num_channels,
    imageSize: heightAndWidth(config.image_size),
    patchSize: heightAndWidth(config.patch_size),
    embedDim: config.hidden_size,
    prefix: prefixTokens(model, tensors),
    positions: { name: `${model}embeddings.position_embeddings`, covers: 'all' },
    patches: { path: `${model}embeddings.patch_embeddings.projection`, bias: true },
    firstNorm: undefined,
    blocks: Array.from({ length: config.num_hidden_layers }, (_, index) =>
      block(`${model}encoder.layer.${index}`, layers),
    ),
    lastNorm: { path: `${model}layernorm`, epsilon: config.layer_norm_eps },
    pooling: { kind: 'token' },
    pooledNorm: undefined,
    classifiers: classes === undefined ? [] : classifiers.map((path) => ({ path, bias: true })),
    classes: classes ?? config.hidden_size,
  };
}

/** What all layers have in common. */
interface LayerSettings {
  readonly config: Config;
  readonly heads: number;
  readonly activation: PerceptronActivation;
}

function prefixTokens(model: string, tensors: Tensors): PrefixTokens[] {
  const names = ['cls_token', 'distillation_token'].map((name) => `${model}embeddings.${name}`);
  const needed = names.filter((name, i) => i === 0 || tensors.has(name) || model === 'deit.');
  return needed.map((name) => ({ name, count: 1 }));
}

/** Distilled networks saved with their teacher's classifier have two, whatever class config.json names. */
function classifierPaths(tensors: Tensors): string[] {
  const distilled = tensors.has('cls_classifier.weight') || tensors.has('distillation_classifier.weight');
  return distilled ? ['cls_classifier', 'distillation_classifier'] : ['classifier'];
}

function block(path: string, { config, heads, activation }: LayerSettings): TransformerBlock {
  const { hidden_size: width, intermediate_size: hidden, layer_norm_eps: epsilon, qkv_bias } = config;
  return {
    path,
    norms: 'before',
    attentionNorm: { path: `${path}.layernorm_before`, epsilon },
    attention: huggingFaceAttention(path, width, heads, { query: qkv_bias, key: qkv_bias, value: qkv_bias }),
    attentionScale: undefined,
    mlpNorm: { path: `${path}.layernorm_after`, epsilon },
    mlp: {
      expand: { path: `${path}.intermediate.dense`, bias: true },
      activation,
      hidden,
      contract: { path: `${path}.output.dense`, bias: true },
    },
    mlpScale: undefined,
  };
}
