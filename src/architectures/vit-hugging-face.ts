import { z } from 'zod';
import { buildVisionTransformer } from '../checkpoints/build-vision-transformer.ts';
import { defineArchitecture, type Report } from '../checkpoints/define-architecture.ts';
import {
  activationNamed,
  activationNames,
  type PerceptronActivation,
} from '../checkpoints/perceptron-activation.ts';
import type { TransformerBlock } from '../checkpoints/transformer-block.ts';
import {
  type PrefixTokens,
  patchCount,
  type VisionTransformer,
  visionTransformerTensors,
} from '../checkpoints/vision-transformer.ts';
import type { Tensor } from '../graph/tensor.ts';

const count = z.int().positive();
const countOrPair = z.union([count, z.tuple([count, count])]);

/** The library leaves out what equals its defaults, so these are the library's. */
const configSchema = z.looseObject({
  hidden_size: count.default(768),
  num_attention_heads: count.default(12),
  num_hidden_layers: count.default(12),
  intermediate_size: count.default(3072),
  image_size: countOrPair.default(224),
  patch_size: countOrPair.default(16),
  num_channels: count.default(3),
  hidden_act: z.string().default('gelu'),
  layer_norm_eps: z.number().positive().default(1e-12),
  qkv_bias: z.boolean().default(true),
  id2label: z.record(z.string(), z.unknown()).nullish(),
  num_labels: count.nullish(),
});

type Config = z.infer<typeof configSchema>;
type Tensors = ReadonlyMap<string, Tensor>;

/** ViT and DeiT classifiers with the tensor names of Hugging Face Transformers. */
export const vitHuggingFace = defineArchitecture({
  name: 'vit-hugging-face',
  description:
    'ViTForImageClassification and DeiTForImageClassification(WithTeacher) as Hugging Face Transformers saves them',
  matches: (_config, names) => [...names].some((name) => /^(vit|deit)\.encoder\.layer\.0\./.test(name)),
  config: configSchema,
  parse: parseSettings,
  expectedTensors: (vit) => ({
    required: visionTransformerTensors(vit),
    unused: [/^(vit|deit)\.pooler\./, /^(vit|deit)\.embeddings\.mask_token$/],
  }),
  inputShape: ({ channels, imageSize }) => [channels, ...imageSize],
  numClasses: ({ classes }) => classes,
  build: (vit, weights) => buildVisionTransformer('vit-hugging-face', vit, weights),
});

function parseSettings(config: Config, tensors: Tensors, report: Report): VisionTransformer {
  const model = [...tensors.keys()].some((name) => name.startsWith('deit.')) ? 'deit' : 'vit';
  const imageSize = pair(config.image_size);
  const patchSize = pair(config.patch_size);
  const prefix = prefixTokens(model);
  const classifiers = classifierPaths(tensors);
  return {
    channels: config.num_channels,
    imageSize,
    patchSize,
    embedDim: config.hidden_size,
    tokens: patchCount(imageSize, patchSize) + prefix.length,
    heads: headCount(config, report),
    hiddenDim: config.intermediate_size,
    epsilon: config.layer_norm_eps,
    activation: activation(config, report),
    prefix,
    positions: { name: `${model}.embeddings.position_embeddings`, coverPrefix: true },
    patches: { path: `${model}.embeddings.patch_embeddings.projection`, bias: true },
    firstNorm: undefined,
    blocks: Array.from({ length: config.num_hidden_layers }, (_, index) =>
      block(`${model}.encoder.layer.${index}`, config.qkv_bias),
    ),
    lastNorm: `${model}.layernorm`,
    pooling: { kind: 'token' },
    pooledNorm: undefined,
    classifiers: classifiers.map((path) => ({ path, bias: true })),
    classes: classCount(config, tensors.get(`${classifiers[0]}.weight`), report),
  };
}

function prefixTokens(model: 'vit' | 'deit'): PrefixTokens[] {
  const names = model === 'deit' ? ['cls_token', 'distillation_token'] : ['cls_token'];
  return names.map((name) => ({ name: `${model}.embeddings.${name}`, count: 1 }));
}

/** Distilled networks saved with their teacher's classifier have two, whatever class config.json names. */
function classifierPaths(tensors: Tensors): string[] {
  const distilled = tensors.has('cls_classifier.weight') || tensors.has('distillation_classifier.weight');
  return distilled ? ['cls_classifier', 'distillation_classifier'] : ['classifier'];
}

function block(path: string, qkvBias: boolean): TransformerBlock {
  const projection = (name: string) => ({ path: `${path}.attention.attention.${name}`, bias: qkvBias });
  return {
    path,
    norms: 'before',
    attentionNorm: `${path}.layernorm_before`,
    attention: {
      path: `${path}.attention`,
      projections: {
        kind: 'separate',
        query: projection('query'),
        key: projection('key'),
        value: projection('value'),
      },
      queryNorm: undefined,
      keyNorm: undefined,
      output: { path: `${path}.attention.output.dense`, bias: true },
    },
    attentionScale: undefined,
    mlpNorm: `${path}.layernorm_after`,
    expand: { path: `${path}.intermediate.dense`, bias: true },
    contract: { path: `${path}.output.dense`, bias: true },
    mlpScale: undefined,
  };
}

function headCount({ hidden_size, num_attention_heads }: Config, report: Report): number {
  if (hidden_size % num_attention_heads === 0) return num_attention_heads;
  report({
    where: "'num_attention_heads'",
    expected: `a divisor of 'hidden_size' ${hidden_size}`,
    got: `${num_attention_heads}`,
    remedy: 'Use the config.json that belongs to the weights',
  });
  return 1;
}

function activation({ hidden_act }: Config, report: Report): PerceptronActivation {
  const known = activationNamed(hidden_act);
  if (known) return known;
  report({
    where: "'hidden_act'",
    expected: `one of ${activationNames.join(', ')}`,
    got: `'${hidden_act}'`,
    remedy: 'A network with another activation function comes in as ONNX',
  });
  return 'gelu';
}

function classCount({ id2label, num_labels }: Config, weight: Tensor | undefined, report: Report): number {
  const labels = id2label ? Object.keys(id2label).length : num_labels;
  const classes = labels || weight?.shape[0];
  if (classes) return classes;
  report({
    where: "'classifier.weight'",
    expected: 'a classifier, or the number of its classes as id2label or num_labels',
    got: 'neither',
    remedy: 'Use the weights of a classifier, not those of the bare encoder',
  });
  return 1;
}

function pair(size: number | readonly [number, number]): readonly [number, number] {
  return typeof size === 'number' ? [size, size] : size;
}
