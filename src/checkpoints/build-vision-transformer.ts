import { float } from '../graph/node.ts';
import { addForEach } from './add-for-each.ts';
import { addClassifiers } from './classifiers.ts';
import { inputName } from './define-architecture.ts';
import type { NetworkBuilder } from './network-builder.ts';
import { addNorm } from './norm.ts';
import { addParallelBlock } from './parallel-block.ts';
import { addPatchTokens } from './patch-tokens.ts';
import { addPooling, pooledWidth } from './pooling.ts';
import { addRotaryPositions } from './rotary-positions.ts';
import { addTransformerBlock } from './transformer-block.ts';
import {
  type PositionEmbeddings,
  type PrefixTokens,
  patchCount,
  patchGrid,
  prefixLength,
  type VisionTransformer,
} from './vision-transformer.ts';

/**
 * Appends a Vision Transformer: input `x` float32 [batch, channels, height, width], output `logits` float32
 * [batch, classes]. Initializers keep their names in the checkpoint, and stay in its files.
 */
export function buildVisionTransformer(vit: VisionTransformer, net: NetworkBuilder): void {
  const { embedDim: width, prefix, imageSize, patchSize, pooling } = vit;
  const rotary = vit.rotary && addRotaryPositions(net, vit.rotary);
  let tokens = addNorm(net, vit.firstNorm, width, addTokens(net, vit));
  for (const block of vit.blocks) {
    tokens =
      'inputProjection' in block
        ? addParallelBlock(net, block, tokens)
        : addTransformerBlock(net, block, tokens, { rotary });
  }
  tokens = addNorm(net, vit.lastNorm, width, tokens);
  const before = prefixLength(prefix);
  const all = { tokens, width, prefix: before, count: before + patchCount(imageSize, patchSize) };
  const pooled = pooledWidth(pooling, width);
  addClassifiers(net, vit.classifiers, [pooled, vit.classes], (position) =>
    addNorm(net, vit.pooledNorm, pooled, addPooling(net, pooling, all, position)),
  );
}

/** The sequence that enters the first block: prefix tokens and embedded patches, with their positions. */
function addTokens(net: NetworkBuilder, vit: VisionTransformer): string {
  const { channels, patchSize, embedDim: width, imageSize, positions } = vit;
  const embedding = { ...vit.patches, channels, patchSize, width };
  const count = patchCount(imageSize, patchSize);
  const patches = addPatchTokens(net, embedding, count, inputName);
  if (vit.prefix.length === 0 && !positions) return patches;
  if (!positions) return addPrefix(net, vit, joinPrefix(net, vit.prefix, width), patches);
  const embeddings = addPositions(net, vit, positions);
  const add = (tokens: string, part: string, name: string) => net.op('Add', [tokens, part], {}, { name });
  const name = `${positions.name}.added`;
  if (vit.prefix.length === 0) return add(patches, embeddings, name);
  if (positions.covers !== 'first') {
    const joined = joinPrefix(net, vit.prefix, width);
    return positions.covers === 'all'
      ? add(addPrefix(net, vit, joined, patches), embeddings, name)
      : addPrefix(net, vit, joined, add(patches, embeddings, name));
  }
  const [first, ...others] = vit.prefix;
  const [ahead, behind] = splitTokens(net, positions.name, embeddings, [first!.count, count]);
  const covered = add(joinPrefix(net, [first!], width), ahead, `${first!.name}.positioned`);
  const prefix =
    others.length === 0
      ? covered
      : joinTokens(net, 'prefix.covered', [covered, joinPrefix(net, others, width)]);
  return addPrefix(net, vit, prefix, add(patches, behind, name));
}

/** The learnt tokens before those of the patches, [1, count, width]. */
function joinPrefix(net: NetworkBuilder, prefix: readonly PrefixTokens[], width: number): string {
  const parts = prefix.map(({ name, count, shape }) => {
    const value = net.weight(name, shape ?? [1, count, width]);
    if (!shape) return value;
    const wanted = net.integers(`${name}.shape`, [1, count, width]);
    return net.op('Reshape', [value, wanted], {}, { name: `${name}.tokens` });
  });
  return parts.length === 1 ? parts[0]! : joinTokens(net, 'prefix.joined', parts);
}

/** Puts the prefix tokens, repeated for every image of the batch, before the others. */
function addPrefix(
  net: NetworkBuilder,
  { prefix, embedDim }: VisionTransformer,
  joined: string,
  tokens: string,
): string {
  const repeated = addForEach(net, 'prefix', joined, [prefixLength(prefix), embedDim]);
  return joinTokens(net, 'tokens', [repeated, tokens]);
}

function joinTokens(net: NetworkBuilder, name: string, parts: readonly string[]): string {
  return net.op('Concat', parts, { axis: 1 }, { name });
}

function splitTokens(
  net: NetworkBuilder,
  name: string,
  tokens: string,
  counts: readonly [number, number],
): [string, string] {
  const lengths = net.integers(`${name}.parts`, counts);
  const [first, second] = net.ops('Split', [tokens, lengths], 2, { axis: 1 }, { name: `${name}.split` });
  return [first!, second!];
}

/** The position embeddings [1, positions, embedDim], for the grid of the image. */
function addPositions(net: NetworkBuilder, vit: VisionTransformer, positions: PositionEmbeddings): string {
  const { name, covers, table, madeFor } = positions;
  const grid = madeFor ?? patchGrid(vit.imageSize, vit.patchSize);
  const covered = { patches: [], first: vit.prefix.slice(0, 1), all: vit.prefix }[covers];
  const before = prefixLength(covered);
  const shape = [before + grid[0] * grid[1], vit.embedDim];
  const embeddings = net.weight(name, table ? shape : [1, ...shape]);
  return madeFor ? interpolate(net, vit, name, embeddings, madeFor, before) : embeddings;
}

/** Bicubic interpolation (a = −0.75, half-pixel centres, no antialiasing) of the patches' embeddings for another grid. */
function interpolate(
  net: NetworkBuilder,
  { imageSize, patchSize, embedDim }: VisionTransformer,
  name: string,
  embeddings: string,
  from: readonly [number, number],
  before: number,
): string {
  const to = patchGrid(imageSize, patchSize);
  const parts = before > 0 && splitTokens(net, name, embeddings, [before, from[0] * from[1]]);
  const [prefix, patches] = parts || [undefined, embeddings];
  const reshaped = (value: string, part: string, shape: number[]) =>
    net.op('Reshape', [value, net.integers(`${name}.${part}.shape`, shape)], {}, { name: `${name}.${part}` });
  const grid = net.op(
    'Transpose',
    [reshaped(patches, 'grid', [1, ...from, embedDim])],
    { perm: [0, 3, 1, 2] },
    { name: `${name}.planes` },
  );
  const sizes = net.integers(`${name}.sizes`, [1, embedDim, ...to]);
  const attributes = {
    mode: 'cubic',
    coordinate_transformation_mode: 'half_pixel',
    cubic_coeff_a: float(-0.75),
  };
  const resized = net.op('Resize', [grid, '', '', sizes], attributes, { name: `${name}.resized` });
  const flat = reshaped(resized, 'flat', [1, embedDim, to[0] * to[1]]);
  const rows = net.op('Transpose', [flat], { perm: [0, 2, 1] }, { name: `${name}.patches` });
  return prefix === undefined ? rows : joinTokens(net, `${name}.interpolated`, [prefix, rows]);
}
