import { addClassifiers } from '../checkpoints/classifiers.ts';
import { addLayers, type CnnLayer, type ConvLayer, type FeatureMap } from '../checkpoints/cnn-layers.ts';
import { addBatchNorm } from '../checkpoints/convolution.ts';
import { defineArchitecture, imageInput, inputName } from '../checkpoints/define-architecture.ts';
import { addLinear } from '../checkpoints/linear.ts';
import type { NetworkBuilder } from '../checkpoints/network-builder.ts';
import { addNorm } from '../checkpoints/norm.ts';
import { addActivation } from '../checkpoints/perceptron-activation.ts';
import type { Report } from '../checkpoints/problem-line.ts';
import { addPairBias, windowIndex, windowRows } from '../checkpoints/relative-positions.ts';
import { shapeOf } from '../checkpoints/shape-of.ts';
import type { Tensors } from '../checkpoints/timm-blocks.ts';
import {
  checkArguments,
  checkKnownName,
  countNumbered,
  heightAndWidth,
  type TimmConfig,
  timmClasses,
  timmConfigSchema,
} from '../checkpoints/timm-config.ts';
import { statedImage } from '../checkpoints/timm-image.ts';
import { addTransformerBlock, type TransformerBlock } from '../checkpoints/transformer-block.ts';
import { addGrid, addWindows, type Windows } from '../checkpoints/windows.ts';

/** What the builder needs to know of a MaxViT. */
interface MaxVit {
  readonly channels: number;
  readonly imageSize: readonly [number, number];
  /** Paths of the blocks, and their strides. */
  readonly blocks: readonly { readonly path: string; readonly stride: 1 | 2 }[];
  /** Tokens of a window of neighbours, and of one of tokens all over the image. */
  readonly window: readonly [number, number];
  readonly grid: readonly [number, number];
  readonly headDim: number;
  readonly hidden: number;
  readonly classes: number;
  readonly features: boolean;
}

/** The ones that come from TensorFlow; the others are made otherwise. */
const known = /^maxvit_(tiny|small|base|large|xlarge)_tf(_\d+)?$/;

const read = [
  ...['img_size', 'embed_dim', 'depths', 'block_type', 'stem_width', 'head_hidden_size', 'global_pool'],
  ...['transformer_window_size', 'transformer_grid_size', 'transformer_dim_head'],
];

const activation = 'gelu-tanh';
const batchNormEpsilon = 1e-3;
const layerNormEpsilon = 1e-5;

/**
 * MaxViT as it came from TensorFlow, in timm's names: an inverted residual block with squeeze-and-excitation, then attention
 * in windows of neighbours, then attention in windows of tokens all over the image.
 *
 * Tu et al.: MaxViT: Multi-Axis Vision Transformer, ECCV 2022, arXiv:2204.01697.
 */
export const maxvitTimm = defineArchitecture({
  name: 'maxvit-timm',
  description:
    'MaxViT from TensorFlow as timm names its tensors (stages.0.blocks.0.attn_grid.attn.qkv.weight …)',
  matches: (_config, names) =>
    names.has('stages.0.blocks.0.attn_grid.attn.qkv.weight') && names.has('stem.conv1.weight'),
  config: timmConfigSchema,
  parse,
  inputs: ({ channels, imageSize }) => imageInput([channels, ...imageSize]),
  outputShape: ({ classes }) => [classes],
  build,
});

function parse(config: TimmConfig, tensors: Tensors, report: Report): MaxVit {
  checkArguments(config, read, report);
  checkKnownName(config, known, 'a MaxViT from TensorFlow', report, true);
  const { imageSize } = statedImage(config);
  const size = (key: string) => {
    const stated = config.model_args?.[key];
    const usual = [imageSize[0] / 32, imageSize[1] / 32] as const;
    return stated == null ? usual : heightAndWidth(stated as number | [number, number]);
  };
  const headDim = Number(config.model_args?.transformer_dim_head ?? 32);
  const blocks = Array.from({ length: countNumbered(tensors.keys(), 'stages') }, (_, stage) =>
    Array.from({ length: countNumbered(tensors.keys(), `stages.${stage}.blocks`) }, (_, i) => ({
      path: `stages.${stage}.blocks.${i}`,
      stride: i === 0 ? (2 as const) : (1 as const),
    })),
  ).flat();
  const hidden = shapeOf(tensors, 'head.pre_logits.fc.weight', 2, report)[0]!;
  const classes = timmClasses(config, 'head.fc', tensors.get('head.fc.weight')?.shape[0], report);
  return {
    channels: shapeOf(tensors, 'stem.conv1.weight', 4, report)[1]!,
    imageSize,
    blocks,
    window: size('transformer_window_size'),
    grid: size('transformer_grid_size'),
    headDim,
    hidden,
    classes: classes || hidden,
    features: classes === 0,
  };
}

function convolution(path: string, rest: Partial<ConvLayer> = {}): ConvLayer {
  return { kind: 'convolution', path, padding: 'tensorflow', ...rest };
}

function batchNorm(path: string) {
  return { path, epsilon: batchNormEpsilon };
}

function build(maxvit: MaxVit, net: NetworkBuilder): void {
  const { channels, imageSize, blocks, hidden, classes, features } = maxvit;
  const stem = [
    convolution('stem.conv1', { bias: true, stride: 2, norm: batchNorm('stem.norm1'), activation }),
    convolution('stem.conv2', { bias: true }),
  ];
  let map = addLayers(net, stem, { value: inputName, channels, size: imageSize });
  for (const { path, stride } of blocks) {
    map = addInvertedResidual(net, `${path}.conv`, stride, map);
    const pixels = net.op('Transpose', [map.value], { perm: [0, 2, 3, 1] }, { name: `${path}.pixels` });
    const near = { grid: map.size, window: maxvit.window, shift: [0, 0] } as const;
    const spread = { grid: map.size, window: maxvit.grid, shift: [0, 0], spread: true } as const;
    const mixed = addAttentionIn(net, `${path}.attn_block`, near, maxvit, map.channels, pixels);
    const all = addAttentionIn(net, `${path}.attn_grid`, spread, maxvit, map.channels, mixed);
    map = { ...map, value: net.op('Transpose', [all], { perm: [0, 3, 1, 2] }, { name: `${path}.planes` }) };
  }
  const pooled = net.op('GlobalAveragePool', [map.value], {}, { name: 'pool' });
  const flat = net.op('Flatten', [pooled], { axis: 1 }, { name: 'flat' });
  const normed = addNorm(net, { path: 'head.norm', epsilon: layerNormEpsilon }, map.channels, flat);
  const dense = addLinear(net, { path: 'head.pre_logits.fc', bias: true }, [map.channels, hidden], normed);
  const active = addActivation(net, 'tanh', dense, 'head.pre_logits.act');
  addClassifiers(net, features ? [] : [{ path: 'head.fc', bias: true }], [hidden, classes], () => active);
}

function addInvertedResidual(
  net: NetworkBuilder,
  path: string,
  stride: 1 | 2,
  input: FeatureMap,
): FeatureMap {
  const layers: CnnLayer[] = [
    convolution(`${path}.conv1_1x1`, { norm: batchNorm(`${path}.norm1`), activation }),
    convolution(`${path}.conv2_kxk`, { stride, norm: batchNorm(`${path}.norm2`), activation }),
    {
      kind: 'squeeze-excitation',
      reduce: `${path}.se.fc1`,
      expand: `${path}.se.fc2`,
      activation: 'silu',
      gate: 'sigmoid',
    },
    convolution(`${path}.conv3_1x1`, { bias: true }),
  ];
  const shortcut: CnnLayer[] = [];
  if (stride === 2) shortcut.push({ kind: 'average-pool', path: `${path}.shortcut.pool` });
  if (net.hasWeight(`${path}.shortcut.expand.weight`))
    shortcut.push(convolution(`${path}.shortcut.expand`, { bias: true }));
  const normed = addBatchNorm(net, batchNorm(`${path}.pre_norm`), input.channels, input.value);
  const made = addLayers(net, layers, { ...input, value: normed });
  const beside = addLayers(net, shortcut, input);
  return { ...made, value: net.op('Add', [made.value, beside.value], {}, { name: `${path}.sum` }) };
}

/** A Transformer block in windows of [batch, down, across, width]. */
function addAttentionIn(
  net: NetworkBuilder,
  path: string,
  windows: Windows,
  { headDim }: MaxVit,
  width: number,
  input: string,
): string {
  const heads = width / headDim;
  const [hidden] = net.shapeOf(`${path}.mlp.fc1.weight`, 2) as [number];
  const block: TransformerBlock = {
    path,
    norms: 'before',
    attentionNorm: { path: `${path}.norm1`, epsilon: layerNormEpsilon },
    attention: {
      path: `${path}.attn`,
      width,
      heads,
      projections: { kind: 'fused', qkv: { path: `${path}.attn.qkv`, bias: true } },
      output: { path: `${path}.attn.proj`, bias: true },
    },
    attentionScale: undefined,
    mlpNorm: { path: `${path}.norm2`, epsilon: layerNormEpsilon },
    mlp: {
      expand: { path: `${path}.mlp.fc1`, bias: true },
      activation,
      hidden,
      contract: { path: `${path}.mlp.fc2`, bias: true },
    },
    mlpScale: undefined,
  };
  const bias = addTableBias(net, `${path}.attn.rel_pos.relative_position_bias_table`, windows, heads);
  const cut = addWindows(net, path, windows, width, input);
  return addGrid(net, path, windows, width, addTransformerBlock(net, block, cut, { bias, leading: 2 }));
}

/** The bias of relative positions from a table [heads, distances down, distances across], counted from the query to the key. */
function addTableBias(net: NetworkBuilder, table: string, { window }: Windows, heads: number): string {
  const weight = net.weight(table, [heads, 2 * window[0] - 1, 2 * window[1] - 1]);
  const rows = windowRows(window);
  const flat = net.op(
    'Reshape',
    [weight, net.integers(`${table}.shape`, [heads, rows])],
    {},
    { name: `${table}.flat` },
  );
  const last = net.op('Transpose', [flat], { perm: [1, 0] }, { name: `${table}.rows` });
  const index = windowIndex(window).map((row) => rows - 1 - row);
  return addPairBias(net, table, last, window[0] * window[1], index);
}
