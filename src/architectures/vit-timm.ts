import { buildVisionTransformer } from '../checkpoints/build-vision-transformer.ts';
import { defineArchitecture, imageInput } from '../checkpoints/define-architecture.ts';
import type { Report } from '../checkpoints/problem-line.ts';
import { shapeOf } from '../checkpoints/shape-of.ts';
import { type Tensors, TimmBlocks } from '../checkpoints/timm-blocks.ts';
import { type TimmConfig, timmClasses, timmConfigSchema, timmField } from '../checkpoints/timm-config.ts';
import { timmImage } from '../checkpoints/timm-image.ts';
import {
  checkPatches,
  timmActivation,
  timmDepth,
  timmHeads,
  timmPooling,
  timmPrefix,
} from '../checkpoints/timm-transformer.ts';
import { prefixLength, type VisionTransformer } from '../checkpoints/vision-transformer.ts';
import { blockKind, checkVariant } from '../checkpoints/vit-timm-variant.ts';

/** ViT and DeiT with the tensor names of timm, which are also those of the papers' own code. */
export const vitTimm = defineArchitecture({
  name: 'vit-timm',
  description:
    'ViT, DeiT, DeiT-3, DINOv2, CLIP, SigLIP as timm names their tensors (blocks.0.attn.qkv.weight …), with or without class token, registers, LayerScale, SwiGLU, norms of queries and keys',
  matches: (_config, names) =>
    names.has('patch_embed.proj.weight') && [...names].some((name) => name.startsWith('blocks.0.')),
  config: timmConfigSchema,
  parse: parseSettings,
  inputs: ({ channels, imageSize }) => imageInput([channels, ...imageSize]),
  outputShape: ({ classes }) => [classes],
  build: buildVisionTransformer,
});

function parseSettings(config: TimmConfig, tensors: Tensors, report: Report): VisionTransformer {
  const patchShape = shapeOf(tensors, 'patch_embed.proj.weight', 4, report);
  const [embedDim, channels, patchHeight, patchWidth] = patchShape as [number, number, number, number];
  const patchSize = [patchHeight, patchWidth] as const;
  checkPatches(config, embedDim, patchSize, report);
  checkVariant(config, report);
  const prefix = timmPrefix(config, tensors);
  const positions = shapeOf(tensors, 'pos_embed', 3, report)[1]!;
  const { imageSize, coverPrefix } = timmImage(config, positions, prefixLength(prefix), patchSize, report);
  const epsilon = timmField(config, 'layer_norm_eps') ?? defaultEpsilon(config);
  const kind = blockKind(config);
  const norm = (path: string) =>
    ({ path, epsilon, kind: kind === 'ParallelScalingBlock' ? 'rms' : 'layer' }) as const;
  const activation = timmActivation(config, report);
  const heads = timmHeads(config, embedDim, report);
  const blocks = new TimmBlocks({ config, tensors, report, width: embedDim, heads, activation, norm });
  const paths = classifierPaths(tensors);
  const rows = tensors.get(`${paths[0]}.weight`)?.shape[0];
  const classes = timmClasses(config, paths[0]!, rows, report);
  const preNorm = tensors.has('norm_pre.weight');
  return {
    channels,
    imageSize,
    patchSize,
    embedDim,
    prefix,
    positions: { name: 'pos_embed', covers: coverPrefix ? 'all' : 'patches' },
    patches: { path: 'patch_embed.proj', bias: !preNorm || tensors.has('patch_embed.proj.bias') },
    firstNorm: preNorm ? norm('norm_pre') : undefined,
    blocks: Array.from({ length: timmDepth(config, tensors) }, (_, i) => blocks.ofKind(kind, `blocks.${i}`)),
    lastNorm: tensors.has('norm.weight') || !tensors.has('fc_norm.weight') ? norm('norm') : undefined,
    pooling: timmPooling(config, tensors, prefix, blocks, report),
    pooledNorm: tensors.has('fc_norm.weight') ? norm('fc_norm') : undefined,
    classifiers: classes === 0 ? [] : paths.map((path) => ({ path, bias: true })),
    classes: classes || embedDim,
  };
}

/** timm's CLIP networks are the ones that keep PyTorch's own epsilon. */
function defaultEpsilon({ architecture }: TimmConfig): number {
  return architecture?.includes('_clip_') ? 1e-5 : 1e-6;
}

function classifierPaths(tensors: Tensors): string[] {
  return tensors.has('dist_token') || tensors.has('head_dist.weight') ? ['head', 'head_dist'] : ['head'];
}
