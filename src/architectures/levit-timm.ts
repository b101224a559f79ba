import { addClassifiers } from '../checkpoints/classifiers.ts';
import { addLayers, type ConvLayer } from '../checkpoints/cnn-layers.ts';
import { defineArchitecture, imageInput, inputName } from '../checkpoints/define-architecture.ts';
import type { NetworkBuilder } from '../checkpoints/network-builder.ts';
import { addFeatureNorm, addNormedLinear } from '../checkpoints/normed-linear.ts';
import { addActivation } from '../checkpoints/perceptron-activation.ts';
import type { Report } from '../checkpoints/problem-line.ts';
import { shapeOf } from '../checkpoints/shape-of.ts';
import type { Tensors } from '../checkpoints/timm-blocks.ts';
import {
  checkArguments,
  checkKnownName,
  countNumbered,
  type TimmConfig,
  timmClasses,
  timmConfigSchema,
} from '../checkpoints/timm-config.ts';
import { statedImage } from '../checkpoints/timm-image.ts';
import { Tensor } from '../graph/tensor.ts';

/** What the builder needs to know of a LeViT. */
interface Levit {
  readonly channels: number;
  readonly imageSize: readonly [number, number];
  /** Number of convolutions that embed the image, each at every second pixel. */
  readonly stem: number;
  /** Number of blocks of each stage; all stages but the first begin with an attention that halves the resolution. */
  readonly depths: readonly number[];
  /** Paths of the classifiers, whose logits are averaged. */
  readonly heads: readonly string[];
  readonly width: number;
  readonly classes: number;
}

/** The ones with linear layers; those with convolutions in their place are named levit_conv. */
const known = /^levit_\d+[sd]?\d*$/;
const read = ['img_size', 'embed_dim', 'key_dim', 'num_heads', 'depth', 'global_pool'];
const activation = 'hard-swish';
const epsilon = 1e-5;

/**
 * LeViT in timm's names: attention that knows how far tokens are apart, batch normalisation behind every linear layer,
 * hard-swish.
 *
 * Graham et al.: LeViT: a Vision Transformer in ConvNet's Clothing for Faster Inference, ICCV 2021, arXiv:2104.01136.
 */
export const levitTimm = defineArchitecture({
  name: 'levit-timm',
  description:
    'LeViT as timm names its tensors (stem.conv1.linear.weight, stages.0.blocks.0.attn.attention_biases …)',
  matches: (_config, names) =>
    names.has('stem.conv1.linear.weight') && names.has('stages.0.blocks.0.attn.attention_biases'),
  config: timmConfigSchema,
  parse,
  inputs: ({ channels, imageSize }) => imageInput([channels, ...imageSize]),
  outputShape: ({ classes }) => [classes],
  build,
});

function parse(config: TimmConfig, tensors: Tensors, report: Report): Levit {
  checkArguments(config, read, report);
  checkKnownName(config, known, 'a LeViT of linear layers', report);
  const stages = countNumbered(tensors.keys(), 'stages');
  const last = `stages.${Math.max(0, stages - 1)}.blocks.0.attn.proj.ln.linear.weight`;
  const width = shapeOf(tensors, last, 2, report)[0]!;
  const classes = timmClasses(config, 'head.linear', tensors.get('head.linear.weight')?.shape[0], report);
  return {
    channels: shapeOf(tensors, 'stem.conv1.linear.weight', 4, report)[1]!,
    imageSize: statedImage(config).imageSize,
    stem: tensors.has('stem.conv4.linear.weight') ? 4 : 3,
    depths: Array.from({ length: stages }, (_, i) => countNumbered(tensors.keys(), `stages.${i}.blocks`)),
    heads: classes === 0 ? [] : ['head', 'head_dist'].filter((path) => tensors.has(`${path}.linear.weight`)),
    width,
    classes: classes || width,
  };
}

function build(
  { channels, imageSize, stem, depths, heads, width, classes }: Levit,
  net: NetworkBuilder,
): void {
  const layers = Array.from({ length: stem }, (_, i): ConvLayer => {
    const path = `stem.conv${i + 1}`;
    const norm = { path: `${path}.bn`, epsilon };
    return {
      kind: 'convolution',
      path: `${path}.linear`,
      stride: 2,
      norm,
      ...(i < stem - 1 && { activation }),
    };
  });
  const map = addLayers(net, layers, { value: inputName, channels, size: imageSize });
  const shape = net.integers('stem.shape', [0, map.channels, map.size[0] * map.size[1]]);
  const flat = net.op('Reshape', [map.value, shape], {}, { name: 'stem.flat' });
  let tokens: Tokens = {
    value: net.op('Transpose', [flat], { perm: [0, 2, 1] }, { name: 'stem.tokens' }),
    width: map.channels,
    grid: map.size,
  };
  for (const [stage, depth] of depths.entries()) {
    const path = `stages.${stage}`;
    if (stage > 0) tokens = addDownsampling(net, `${path}.downsample`, tokens);
    for (let i = 0; i < depth; i++) tokens = addBlock(net, `${path}.blocks.${i}`, tokens);
  }
  const pooled = net.op('ReduceMean', [tokens.value], { axes: [1], keepdims: 0 }, { name: 'pool' });
  const classifiers = heads.map((path) => ({ path: `${path}.linear`, bias: true }));
  addClassifiers(net, classifiers, [width, classes], (position) =>
    heads.length === 0
      ? pooled
      : addFeatureNorm(net, { path: `${heads[position]}.bn`, epsilon }, width, pooled),
  );
}

/** Tokens [batch, down · across, width] of a grid. */
interface Tokens {
  readonly value: string;
  readonly width: number;
  readonly grid: readonly [number, number];
}

/** x + attention(x), then x + perceptron(x). */
function addBlock(net: NetworkBuilder, path: string, tokens: Tokens): Tokens {
  const { width, grid, value } = tokens;
  const attn = `${path}.attn`;
  const { heads, values, outputs } = attentionSizes(net, attn);
  const [features] = net.shapeOf(`${attn}.qkv.linear.weight`, 2) as [number];
  const keys = (features / heads - values) / 2;
  const qkv = addNormedLinear(net, `${attn}.qkv`, [width, features], epsilon, value);
  const [q, k, v] = splitHeads(net, `${attn}.qkv`, heads, [keys, keys, values], qkv);
  const attended = addAttention(net, attn, { q: q!, k: k!, v: v!, heads, keys, values, outputs }, grid, grid);
  const sum = net.op('Add', [value, attended], {}, { name: `${path}.attention_residual` });
  return addMlp(net, `${path}.mlp`, { ...tokens, value: sum });
}

/** Attention whose queries are every second token down and across, then x + perceptron(x). */
function addDownsampling(net: NetworkBuilder, path: string, tokens: Tokens): Tokens {
  const { width, grid, value } = tokens;
  const attn = `${path}.attn_downsample`;
  const { heads, values, outputs } = attentionSizes(net, attn);
  const keys = net.shapeOf(`${attn}.q.ln.linear.weight`, 2)[0]! / heads;
  const both = addNormedLinear(net, `${attn}.kv`, [width, heads * (keys + values)], epsilon, value);
  const [k, v] = splitHeads(net, `${attn}.kv`, heads, [keys, values], both);
  const kept = [0, 1].map((axis) => Math.ceil(grid[axis]! / 2)) as [number, number];
  const rows = Array.from({ length: kept[0] * kept[1] }, (_, i) => {
    return 2 * Math.floor(i / kept[1]) * grid[1] + 2 * (i % kept[1]);
  });
  const chosen = net.op(
    'Gather',
    [value, net.integers(`${attn}.q.rows`, rows)],
    { axis: 1 },
    { name: `${attn}.q.down` },
  );
  const queries = addNormedLinear(net, `${attn}.q.ln`, [width, heads * keys], epsilon, chosen);
  const [q] = splitHeads(net, `${attn}.q`, heads, [keys], queries);
  const attended = addAttention(net, attn, { q: q!, k: k!, v: v!, heads, keys, values, outputs }, kept, grid);
  return addMlp(net, `${path}.mlp`, { value: attended, width: outputs, grid: kept });
}

/** Heads, features of a head's values, and features of the output. */
function attentionSizes(net: NetworkBuilder, path: string) {
  const [heads] = net.shapeOf(`${path}.attention_biases`, 2) as [number];
  const [outputs, inputs] = net.shapeOf(`${path}.proj.ln.linear.weight`, 2) as [number, number];
  return { heads, values: inputs / heads, outputs };
}

/** [batch, tokens, heads · (a + b + …)] → [batch, tokens, heads, a], [batch, tokens, heads, b]… */
function splitHeads(
  net: NetworkBuilder,
  path: string,
  heads: number,
  parts: readonly number[],
  input: string,
): string[] {
  const all = parts.reduce((a, b) => a + b);
  const shape = net.integers(`${path}.heads.shape`, [0, 0, heads, all]);
  const apart = net.op('Reshape', [input, shape], {}, { name: `${path}.heads` });
  if (parts.length === 1) return [apart];
  const lengths = net.integers(`${path}.parts`, parts);
  return net.ops('Split', [apart, lengths], parts.length, { axis: -1 }, { name: `${path}.split` });
}

/** Queries, keys and values [batch, tokens, heads, features], and their sizes. */
interface Heads {
  readonly q: string;
  readonly k: string;
  readonly v: string;
  readonly heads: number;
  readonly keys: number;
  readonly values: number;
  readonly outputs: number;
}

function addAttention(
  net: NetworkBuilder,
  path: string,
  { q, k, v, heads, keys, values, outputs }: Heads,
  queryGrid: readonly [number, number],
  keyGrid: readonly [number, number],
): string {
  const transposed = (value: string, perm: number[], name: string) =>
    net.op('Transpose', [value], { perm }, { name: `${path}.${name}` });
  const operands = [transposed(q, [0, 2, 1, 3], 'q_rows'), transposed(k, [0, 2, 3, 1], 'k_columns')];
  const scores = net.op('MatMul', operands, {}, { name: `${path}.scores` });
  const scale = net.scalar(`${path}.scale`, 1 / Math.sqrt(keys));
  const scaled = net.op('Mul', [scores, scale], {}, { name: `${path}.scaled` });
  const biased = net.op(
    'Add',
    [scaled, addDistanceBias(net, path, heads, queryGrid, keyGrid)],
    {},
    { name: `${path}.biased` },
  );
  const shares = net.op('Softmax', [biased], { axis: -1 }, { name: `${path}.softmax` });
  const mixed = net.op(
    'MatMul',
    [shares, transposed(v, [0, 2, 1, 3], 'v_rows')],
    {},
    { name: `${path}.mixed` },
  );
  const shape = net.integers(`${path}.merged.shape`, [0, 0, heads * values]);
  const merged = net.op(
    'Reshape',
    [transposed(mixed, [0, 2, 1, 3], 'swapped'), shape],
    {},
    { name: `${path}.merged` },
  );
  const active = addActivation(net, activation, merged, `${path}.proj.act`);
  return addNormedLinear(net, `${path}.proj.ln`, [heads * values, outputs], epsilon, active);
}

/** A bias for each distance down and across: [heads, queries, keys]. Queries stand on every second token if they are fewer. */
function addDistanceBias(
  net: NetworkBuilder,
  path: string,
  heads: number,
  queryGrid: readonly [number, number],
  keyGrid: readonly [number, number],
): string {
  const stride = queryGrid[0] === keyGrid[0] && queryGrid[1] === keyGrid[1] ? 1 : 2;
  const [queries, keys] = [queryGrid[0] * queryGrid[1], keyGrid[0] * keyGrid[1]];
  const index = Array.from({ length: queries * keys }, (_, pair) => {
    const [query, key] = [Math.floor(pair / keys), pair % keys];
    const down = Math.abs(stride * Math.floor(query / queryGrid[1]) - Math.floor(key / keyGrid[1]));
    const across = Math.abs(stride * (query % queryGrid[1]) - (key % keyGrid[1]));
    return down * keyGrid[1] + across;
  });
  const table = net.weight(`${path}.attention_biases`, [heads, keys]);
  const rows = net.constant(`${path}.attention_biases.index`, Tensor.int64([queries, keys], index));
  return net.op('Gather', [table, rows], { axis: 1 }, { name: `${path}.attention_biases.pairs` });
}

function addMlp(net: NetworkBuilder, path: string, { value, width, grid }: Tokens): Tokens {
  const [hidden] = net.shapeOf(`${path}.ln1.linear.weight`, 2) as [number];
  const expanded = addNormedLinear(net, `${path}.ln1`, [width, hidden], epsilon, value);
  const active = addActivation(net, activation, expanded, `${path}.act`);
  const contracted = addNormedLinear(net, `${path}.ln2`, [hidden, width], epsilon, active);
  return { value: net.op('Add', [value, contracted], {}, { name: `${path}.residual` }), width, grid };
}
