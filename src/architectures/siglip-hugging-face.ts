import { buildVisionTransformer } from '../checkpoints/build-vision-transformer.ts';
import { defineArchitecture, imageInput } from '../checkpoints/define-architecture.ts';
import type { Linear } from '../checkpoints/linear.ts';
import type { AttentionPooling } from '../checkpoints/pooling.ts';
import type { Report } from '../checkpoints/problem-line.ts';
import type { Tensors } from '../checkpoints/timm-blocks.ts';
import { heightAndWidth } from '../checkpoints/timm-config.ts';
import {
  readTower,
  type Tower,
  type TowerConfig,
  textPart,
  towerBlocks,
  towerConfig,
  towerMlp,
} from '../checkpoints/vision-tower.ts';
import type { VisionTransformer } from '../checkpoints/vision-transformer.ts';

const defaults = { patch_size: 16, hidden_act: 'gelu_pytorch_tanh', layer_norm_eps: 1e-6 };
const model = 'vision_model';

/**
 * The image part of SigLIP: what a learnt query attends to; as a classifier, logits from the mean of the patches.
 *
 * Zhai, Mustafa, Kolesnikov, Beyer: Sigmoid Loss for Language Image Pre-Training, ICCV 2023, arXiv:2303.15343.
 */
export const siglipHuggingFace = defineArchitecture({
  name: 'siglip-hugging-face',
  description:
    'SiglipVisionModel, SiglipForImageClassification and the image part of SiglipModel as Hugging Face Transformers saves them',
  matches: (_config, names) =>
    names.has(`${model}.embeddings.position_embedding.weight`) &&
    names.has(`${model}.embeddings.patch_embedding.bias`) &&
    !names.has(`${model}.embeddings.class_embedding`),
  config: towerConfig,
  parse: parseSettings,
  unused: ({ pooling }) => [...textPart, ...(pooling.kind === 'mean' ? [/^vision_model\.head\./] : [])],
  inputs: ({ channels, imageSize }) => imageInput([channels, ...imageSize]),
  outputShape: ({ classes }) => [classes],
  build: buildVisionTransformer,
});

function parseSettings(config: TowerConfig, tensors: Tensors, report: Report): VisionTransformer {
  const tower = readTower(config, defaults, tensors, report);
  const { hidden_size: width, layer_norm_eps: epsilon, classes } = tower;
  return {
    channels: tower.num_channels,
    imageSize: heightAndWidth(tower.image_size),
    patchSize: heightAndWidth(tower.patch_size),
    embedDim: width,
    prefix: [],
    positions: { name: `${model}.embeddings.position_embedding.weight`, covers: 'all', table: true },
    patches: { path: `${model}.embeddings.patch_embedding`, bias: true },
    firstNorm: undefined,
    blocks: towerBlocks(tower, report),
    lastNorm: { path: `${model}.post_layernorm`, epsilon },
    pooling:
      classes === undefined
        ? { kind: 'attention', by: attentionPooling(tower, report) }
        : { kind: 'mean', includePrefix: true },
    pooledNorm: undefined,
    classifiers: classes === undefined ? [] : [{ path: 'classifier', bias: true }],
    classes: classes ?? width,
  };
}

/** The pooling of the head; query, key and value come from one matrix, one below the other. */
function attentionPooling(tower: Tower, report: Report): AttentionPooling {
  const { hidden_size: width, num_attention_heads: heads, layer_norm_eps: epsilon } = tower;
  const path = `${model}.head.attention`;
  const rowsFrom = (from: number): Linear => ({
    path: `${path}.in_proj`,
    bias: true,
    rows: { from, of: 3 * width },
  });
  return {
    query: `${model}.head.probe`,
    queryProjection: rowsFrom(0),
    keyAndValue: rowsFrom(width),
    attention: {
      path,
      width,
      heads,
      projections: { kind: 'fused', qkv: rowsFrom(0) },
      output: { path: `${path}.out_proj`, bias: true },
    },
    norm: { path: `${model}.head.layernorm`, epsilon },
    mlp: towerMlp(`${model}.head.mlp`, tower, report),
  };
}
