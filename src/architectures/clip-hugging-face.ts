import { buildVisionTransformer } from '../checkpoints/build-vision-transformer.ts';
import { defineArchitecture, imageInput } from '../checkpoints/define-architecture.ts';
import type { Report } from '../checkpoints/problem-line.ts';
import { shapeOf } from '../checkpoints/shape-of.ts';
import type { Tensors } from '../checkpoints/timm-blocks.ts';
import { heightAndWidth } from '../checkpoints/timm-config.ts';
import {
  readTower,
  type TowerConfig,
  textPart,
  towerBlocks,
  towerConfig,
} from '../checkpoints/vision-tower.ts';
import type { VisionTransformer } from '../checkpoints/vision-transformer.ts';

const defaults = { patch_size: 32, hidden_act: 'quick_gelu', layer_norm_eps: 1e-5 };
const model = 'vision_model';

/**
 * The image part of CLIP: its projected embedding where there is a projection, else the normed class token; as a classifier,
 * logits from the mean of the patches.
 *
 * Radford et al.: Learning Transferable Visual Models From Natural Language Supervision, ICML 2021, arXiv:2103.00020.
 */
export const clipHuggingFace = defineArchitecture({
  name: 'clip-hugging-face',
  description:
    'CLIPVisionModel(WithProjection), CLIPForImageClassification and the image part of CLIPModel as Hugging Face Transformers saves them',
  matches: (_config, names) => names.has(`${model}.embeddings.class_embedding`),
  config: towerConfig,
  parse: parseSettings,
  unused: ({ pooling }) => [
    ...textPart,
    ...(pooling.kind === 'mean' ? [/^vision_model\.post_layernorm\./, /^visual_projection\./] : []),
  ],
  inputs: ({ channels, imageSize }) => imageInput([channels, ...imageSize]),
  outputShape: ({ classes }) => [classes],
  build: buildVisionTransformer,
});

function parseSettings(config: TowerConfig, tensors: Tensors, report: Report): VisionTransformer {
  const tower = readTower(config, defaults, tensors, report);
  const { hidden_size: width, layer_norm_eps: epsilon, classes } = tower;
  const projected = tensors.has('visual_projection.weight')
    ? shapeOf(tensors, 'visual_projection.weight', 2, report)[0]!
    : undefined;
  return {
    channels: tower.num_channels,
    imageSize: heightAndWidth(tower.image_size),
    patchSize: heightAndWidth(tower.patch_size),
    embedDim: width,
    prefix: [{ name: `${model}.embeddings.class_embedding`, count: 1, shape: [width] }],
    positions: { name: `${model}.embeddings.position_embedding.weight`, covers: 'all', table: true },
    patches: { path: `${model}.embeddings.patch_embedding`, bias: false },
    firstNorm: { path: `${model}.pre_layrnorm`, epsilon },
    blocks: towerBlocks(tower, report),
    lastNorm: undefined,
    pooling: classes === undefined ? { kind: 'token' } : { kind: 'mean', includePrefix: false },
    pooledNorm: classes === undefined ? { path: `${model}.post_layernorm`, epsilon } : undefined,
    classifiers:
      classes !== undefined
        ? [{ path: 'classifier', bias: true }]
        : projected === undefined
          ? []
          : [{ path: 'visual_projection', bias: false }],
    classes: classes ?? projected ?? width,
  };
}
