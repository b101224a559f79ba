import { buildVisionTransformer } from '../checkpoints/build-vision-transformer.ts';
import { defineArchitecture, type Report } from '../checkpoints/define-architecture.ts';
import {
  activationNamed,
  activationNames,
  type PerceptronActivation,
} from '../checkpoints/perceptron-activation.ts';
import { shapeOf } from '../checkpoints/shape-of.ts';
import { timmHeadCount } from '../checkpoints/timm-head-count.ts';
import type { TransformerBlock } from '../checkpoints/transformer-block.ts';
import {
  type Pooling,
  type PrefixTokens,
  prefixLength,
  type VisionTransformer,
  visionTransformerTensors,
} from '../checkpoints/vision-transformer.ts';
import { type TimmConfig, timmConfigSchema, timmField } from '../checkpoints/vit-timm-config.ts';
import { timmImage } from '../checkpoints/vit-timm-image.ts';
import { checkVariant, normsAfter } from '../checkpoints/vit-timm-variant.ts';
import type { Tensor } from '../graph/tensor.ts';

type Tensors = ReadonlyMap<string, Tensor>;

/** ViT and DeiT with the tensor names of timm, which are also those of the papers' own code. */
export const vitTimm = defineArchitecture({
  name: 'vit-timm',
  description: 'ViT and DeiT, plain or distilled, with the tensor names of timm (blocks.0.attn.qkv.weight …)',
  matches: (_config, names) =>
    names.has('patch_embed.proj.weight') && [...names].some((name) => name.startsWith('blocks.0.')),
  config: timmConfigSchema,
  parse: parseSettings,
  expectedTensors: (vit) => ({ required: visionTransformerTensors(vit), unused: [] }),
  inputShape: ({ channels, imageSize }) => [channels, ...imageSize],
  numClasses: ({ classes }) => classes,
  build: (vit, weights) => buildVisionTransformer('vit-timm', vit, weights),
});

function parseSettings(config: TimmConfig, tensors: Tensors, report: Report): VisionTransformer {
  const patchShape = shapeOf(tensors, 'patch_embed.proj.weight', 4, report);
  const [embedDim, channels, patchHeight, patchWidth] = patchShape as [number, number, number, number];
  const patchSize = [patchHeight, patchWidth] as const;
  checkAgainstConfig(config, embedDim, patchSize, report);
  checkVariant(config, report);
  const prefix = prefixTokens(config, tensors);
  const positions = shapeOf(tensors, 'pos_embed', 3, report)[1]!;
  const { imageSize, coverPrefix } = timmImage(config, positions, prefixLength(prefix), patchSize, report);
  return {
    channels,
    imageSize,
    patchSize,
    embedDim,
    prefix,
    tokens: coverPrefix ? positions : positions + prefixLength(prefix),
    positions: { name: 'pos_embed', coverPrefix },
    heads: headCount(config, embedDim, report),
    hiddenDim: shapeOf(tensors, 'blocks.0.mlp.fc1.weight', 2, report)[0]!,
    epsilon: timmField(config, 'layer_norm_eps') ?? defaultEpsilon(config),
    activation: activation(config, report),
    patches: {
      path: 'patch_embed.proj',
      bias: hasBias(tensors, 'patch_embed.proj', !tensors.has('norm_pre.weight')),
    },
    firstNorm: tensors.has('norm_pre.weight') ? 'norm_pre' : undefined,
    blocks: blocks(config, tensors),
    lastNorm: tensors.has('norm.weight') || !tensors.has('fc_norm.weight') ? 'norm' : undefined,
    pooling: pooling(config, tensors, prefix, report),
    pooledNorm: tensors.has('fc_norm.weight') ? 'fc_norm' : undefined,
    classifiers: classifierPaths(tensors).map((path) => ({ path, bias: true })),
    classes: classCount(config, tensors, report),
  };
}

/** Sizes that config.json states beside the tensors must be theirs: else the two do not belong together. */
function checkAgainstConfig(
  config: TimmConfig,
  embedDim: number,
  patchSize: readonly [number, number],
  report: Report,
): void {
  const patch = timmField(config, 'patch_size');
  const stated = {
    embed_dim: { is: timmField(config, 'embed_dim'), found: embedDim },
    patch_size: {
      is: typeof patch === 'number' ? `${patch}×${patch}` : patch?.join('×'),
      found: patchSize.join('×'),
    },
  };
  for (const [field, { is, found }] of Object.entries(stated)) {
    if (is === undefined || is === found) continue;
    report({
      where: `'${field}'`,
      expected: `${found}, as 'patch_embed.proj.weight' has it`,
      got: `${is}`,
      remedy: 'Use the config.json that belongs to the weights',
    });
  }
}

function prefixTokens(config: TimmConfig, tensors: Tensors): PrefixTokens[] {
  const prefix: PrefixTokens[] = [];
  if (timmField(config, 'class_token') ?? tensors.has('cls_token'))
    prefix.push({ name: 'cls_token', count: 1 });
  if (tensors.has('dist_token')) prefix.push({ name: 'dist_token', count: 1 });
  const registers = tensors.get('reg_token');
  if (registers) prefix.push({ name: 'reg_token', count: registers.shape[1] ?? 1 });
  return prefix;
}

function headCount(config: TimmConfig, embedDim: number, report: Report): number {
  const heads = timmField(config, 'num_heads') ?? timmHeadCount(config.architecture ?? '', embedDim);
  if (heads !== undefined && embedDim % heads === 0) return heads;
  report({
    where: "'num_heads'",
    expected: `the number of attention heads, a divisor of ${embedDim}`,
    got:
      heads === undefined ? `none, and no known size in the name '${config.architecture ?? ''}'` : `${heads}`,
    remedy: 'Add "num_heads" to config.json: the weights do not tell it',
  });
  return 1;
}

/** timm's CLIP networks are the ones that keep PyTorch's own epsilon. */
function defaultEpsilon({ architecture }: TimmConfig): number {
  return architecture?.includes('_clip_') ? 1e-5 : 1e-6;
}

function activation(config: TimmConfig, report: Report): PerceptronActivation {
  const stated = timmField(config, 'act') ?? timmField(config, 'act_layer');
  const name = stated ?? defaultActivation(config.architecture ?? '');
  const known = activationNamed(name);
  if (known) return known;
  report({
    where: "'act'",
    expected: `one of ${activationNames.join(', ')}`,
    got: `'${name}'`,
    remedy: 'A network with another activation function comes in as ONNX',
  });
  return 'gelu';
}

function defaultActivation(architecture: string): string {
  if (architecture.includes('quickgelu')) return 'quick_gelu';
  return architecture.includes('so400m') ? 'gelu_tanh' : 'gelu';
}

function blocks(config: TimmConfig, tensors: Tensors): TransformerBlock[] {
  const found = [...tensors.keys()].map((name) => Number(/^blocks\.(\d+)\./.exec(name)?.[1] ?? -1));
  const depth = timmField(config, 'depth') ?? found.reduce((most, index) => Math.max(most, index), 0) + 1;
  const qkvBias = timmField(config, 'qkv_bias') ?? tensors.has('blocks.0.attn.qkv.bias');
  const projBias = timmField(config, 'proj_bias') ?? true;
  const inFirst = (name: string) => tensors.has(`blocks.0.${name}`);
  return Array.from({ length: depth }, (_, index) => {
    const path = `blocks.${index}`;
    const norm = (name: string) => (inFirst(`attn.${name}.weight`) ? `${path}.attn.${name}` : undefined);
    const scale = (name: string) => (inFirst(`${name}.gamma`) ? `${path}.${name}.gamma` : undefined);
    return {
      path,
      norms: normsAfter(config) ? 'after' : 'before',
      attentionNorm: `${path}.norm1`,
      attention: {
        path: `${path}.attn`,
        projections: { kind: 'fused', qkv: { path: `${path}.attn.qkv`, bias: qkvBias } },
        queryNorm: norm('q_norm'),
        keyNorm: norm('k_norm'),
        output: { path: `${path}.attn.proj`, bias: projBias },
      },
      attentionScale: scale('ls1'),
      mlpNorm: `${path}.norm2`,
      expand: { path: `${path}.mlp.fc1`, bias: projBias },
      contract: { path: `${path}.mlp.fc2`, bias: projBias },
      mlpScale: scale('ls2'),
    };
  });
}

function pooling(
  config: TimmConfig,
  tensors: Tensors,
  prefix: readonly PrefixTokens[],
  report: Report,
): Pooling {
  const hasClassToken = prefix[0]?.name === 'cls_token';
  const kind = timmField(config, 'global_pool') ?? defaultPooling(config, tensors, hasClassToken);
  if (kind === 'avg')
    return { kind: 'mean', includePrefix: timmField(config, 'pool_include_prefix') ?? false };
  if (kind !== 'token' || !hasClassToken) {
    report({
      where: "'global_pool'",
      expected: hasClassToken ? "'token' or 'avg'" : "'avg', as there is no class token",
      got: `'${kind}'`,
      remedy: 'A network with another pooling comes in as ONNX',
    });
  }
  return { kind: 'token' };
}

/** Where config.json is silent: only averaging networks move their last norm behind the pooling, or have no class token. */
function defaultPooling({ architecture }: TimmConfig, tensors: Tensors, hasClassToken: boolean): string {
  const normAfterPooling = tensors.has('fc_norm.weight') && !tensors.has('norm.weight');
  return normAfterPooling || !hasClassToken || architecture?.includes('_gap_') ? 'avg' : 'token';
}

function classifierPaths(tensors: Tensors): string[] {
  return tensors.has('dist_token') || tensors.has('head_dist.weight') ? ['head', 'head_dist'] : ['head'];
}

function classCount({ num_classes }: TimmConfig, tensors: Tensors, report: Report): number {
  const rows = tensors.get('head.weight')?.shape[0];
  if (num_classes && (rows === undefined || rows === num_classes)) return num_classes;
  if (rows !== undefined && num_classes == null) return rows;
  report({
    where: "'head.weight'",
    expected: num_classes ? `${num_classes} rows, as 'num_classes' says` : 'a classifier',
    got: rows === undefined ? 'none' : `${rows} rows, and 'num_classes' is ${num_classes}`,
    remedy: 'Use weights with a classifier, and the config.json that belongs to them',
  });
  return 1;
}

function hasBias(tensors: Tensors, path: string, expected: boolean): boolean {
  return expected || tensors.has(`${path}.bias`);
}
