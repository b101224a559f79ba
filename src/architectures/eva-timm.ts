import { buildVisionTransformer } from '../checkpoints/build-vision-transformer.ts';
import { defineArchitecture, imageInput } from '../checkpoints/define-architecture.ts';
import { type GridRotation, gridPositions } from '../checkpoints/grid-rotation.ts';
import type { Report } from '../checkpoints/problem-line.ts';
import { classAndGridPositions } from '../checkpoints/relative-positions.ts';
import { shapeOf } from '../checkpoints/shape-of.ts';
import { type Tensors, TimmBlocks } from '../checkpoints/timm-blocks.ts';
import {
  checkArguments,
  heightAndWidth,
  isTimmNetwork,
  type TimmConfig,
  timmClasses,
  timmConfigSchema,
  timmField,
  timmName,
} from '../checkpoints/timm-config.ts';
import { statedImage, timmImage } from '../checkpoints/timm-image.ts';
import {
  checkPatches,
  timmActivation,
  timmDepth,
  timmHeads,
  timmPooling,
  timmPrefix,
} from '../checkpoints/timm-transformer.ts';
import { patchGrid, prefixLength, type VisionTransformer } from '../checkpoints/vision-transformer.ts';

const known = /^(eva|eva02|beit|beitv2)_|_rope_|_dinov3(_|\.|$)/;

/** Variants whose operators differ although tensors have the same names. */
const otherOperators = /^beit3|^vit_pe_|_rope_mixed_/;

/** The one that timm's own class for EVA takes over from BEiT. */
const relativeTable = 'attn.relative_position_bias_table';

const read = [
  ...[
    'num_heads',
    'embed_dim',
    'depth',
    'patch_size',
    'img_size',
    'image_size',
    'layer_norm_eps',
    'act',
    'act_layer',
  ],
  ...['class_token', 'no_embed_class', 'global_pool', 'pool_include_prefix', 'qkv_bias', 'use_post_norm'],
  ...[
    'rope_type',
    'rope_temperature',
    'rope_rotate_half',
    'rope_grid_indexing',
    'ref_feat_shape',
    'use_rot_pos_emb',
  ],
];

/**
 * BEiT and what grew out of it: EVA, EVA-02, DINOv3 and RoPE-ViT in timm's names. Positions are a table, relative to each
 * other, rotations, or several of these; whether tokens are rotated only the name of the network tells, or `model_args`.
 *
 * Fang et al.: EVA: Exploring the Limits of Masked Visual Representation Learning at Scale, CVPR 2023, arXiv:2211.07636.
 * Fang, Sun, Wang, Huang, Wang, Cao: EVA-02: A Visual Representation for Neon Genesis, 2023, arXiv:2303.11331.
 */
export const evaTimm = defineArchitecture({
  name: 'eva-timm',
  description:
    'BEiT, BEiT v2, EVA, EVA-02, DINOv3 and RoPE-ViT as timm names their tensors (blocks.0.attn.q_bias, blocks.0.gamma_1 …)',
  matches: (config, names) =>
    names.has('patch_embed.proj.weight') &&
    names.has('blocks.0.attn.proj.weight') &&
    (isTimmNetwork(config, known) ||
      ['attn.q_bias', 'attn.q_proj.weight', relativeTable].some((name) => names.has(`blocks.0.${name}`))),
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
  checkArguments(config, read, report);
  checkName(config, tensors, report);
  const prefix = timmPrefix(config, tensors);
  const before = prefixLength(prefix);
  const absolute = tensors.has('pos_embed') ? shapeOf(tensors, 'pos_embed', 3, report)[1]! : undefined;
  const { imageSize, coverPrefix } =
    absolute === undefined ? statedImage(config) : timmImage(config, absolute, before, patchSize, report);
  const grid = patchGrid(imageSize, patchSize);
  const epsilon = timmField(config, 'layer_norm_eps') ?? (/_dinov3/.test(timmName(config)) ? 1e-5 : 1e-6);
  const norm = (path: string) => ({ path, epsilon });
  const heads = timmHeads(config, embedDim, report);
  const activation = timmActivation(config, report);
  const blocks = new TimmBlocks({ config, tensors, report, width: embedDim, heads, activation, norm });
  const relative = tensors.has(`blocks.0.${relativeTable}`) ? classAndGridPositions(grid) : undefined;
  const norms = usesPostNorm(config) ? 'after' : 'before';
  const rotation = rotationOf(config, tensors);
  const rows = tensors.get('head.weight')?.shape[0];
  const classes = timmClasses(config, 'head', rows, report);
  return {
    channels,
    imageSize,
    patchSize,
    embedDim,
    prefix,
    positions:
      absolute === undefined ? undefined : { name: 'pos_embed', covers: coverPrefix ? 'all' : 'patches' },
    rotary: rotation && gridPositions(rotation, grid, before, embedDim / heads),
    patches: { path: 'patch_embed.proj', bias: true },
    firstNorm: tensors.has('norm_pre.weight') ? norm('norm_pre') : undefined,
    blocks: Array.from({ length: timmDepth(config, tensors) }, (_, i) => ({
      ...blocks.block(`blocks.${i}`, norms),
      relativePositions: relative && { ...relative, table: `blocks.${i}.${relativeTable}` },
    })),
    lastNorm: tensors.has('norm.weight') || !tensors.has('fc_norm.weight') ? norm('norm') : undefined,
    pooling: timmPooling(config, tensors, prefix, blocks, report),
    pooledNorm: tensors.has('fc_norm.weight') ? norm('fc_norm') : undefined,
    classifiers: classes === 0 ? [] : [{ path: 'head', bias: true }],
    classes: classes || embedDim,
  };
}

/** The enormous one alone has its norms behind the branches. */
function usesPostNorm(config: TimmConfig): boolean {
  return timmField(config, 'use_post_norm') ?? /_enormous_/.test(timmName(config));
}

/** How tokens are rotated; `undefined`: they are not. */
function rotationOf(config: TimmConfig, tensors: Tensors): GridRotation | undefined {
  const rotation = rotationByName(timmName(config));
  const used = config.model_args?.use_rot_pos_emb ?? rotation !== undefined;
  if (used !== true || tensors.has(`blocks.0.${relativeTable}`)) return undefined;
  const stated = timmField(config, 'ref_feat_shape');
  const type = timmField(config, 'rope_type');
  const half = timmField(config, 'rope_rotate_half');
  const indexing = timmField(config, 'rope_grid_indexing');
  const defaults = rotation ?? plainRotation;
  return {
    pairs: half === undefined ? defaults.pairs : half ? 'halves' : 'neighbours',
    temperature: timmField(config, 'rope_temperature') ?? defaults.temperature,
    coordinate: type === undefined ? defaults.coordinate : type === 'dinov3' ? 'centre' : 'index',
    reference: stated === undefined ? defaults.reference : heightAndWidth(stated),
    columnFirst: indexing === undefined ? (defaults.columnFirst ?? false) : indexing === 'xy',
  };
}

const plainRotation: GridRotation = { pairs: 'neighbours', temperature: 10_000, coordinate: 'index' };

function rotationByName(name: string): GridRotation | undefined {
  if (/_dinov3/.test(name)) return { pairs: 'halves', temperature: 100, coordinate: 'centre' };
  if (/^eva02_(?!enormous)|_rope_reg\d+_gap_/.test(name)) return { ...plainRotation, reference: [16, 16] };
  if (/_rope_/.test(name)) return { ...plainRotation, temperature: 100, columnFirst: true };
  return undefined;
}

/** Names of variants that are built otherwise, and networks of which only the name could tell whether tokens are rotated. */
function checkName(config: TimmConfig, tensors: Tensors, report: Report): void {
  const name = timmName(config);
  const silent = !known.test(name) && config.model_args?.use_rot_pos_emb == null;
  const rotates = tensors.has('blocks.0.attn.q_proj.weight') || tensors.has('blocks.0.mlp.fc1_g.weight');
  if (!otherOperators.test(name) && !(silent && rotates)) return;
  report({
    where: "'architecture'",
    expected: 'BEiT, EVA, EVA-02, DINOv3 or RoPE-ViT by the name that timm gives it',
    got: name === '' ? 'none' : `'${name}'`,
    remedy: 'A network of another variant comes in as ONNX',
  });
}
