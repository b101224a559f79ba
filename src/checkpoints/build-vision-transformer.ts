import { float } from '../graph/node.ts';
import { Tensor } from '../graph/tensor.ts';
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
  const patches = addPatchTokens(net, embedding, patchCount(imageSize, patchSize), inputName);
  if (!positions) return addPrefix(net, vit, patches);
  const withPositions = (tokens: string) =>
    net.op('Add', [tokens, addPositions(net, vit, positions)], {}, { name: `${positions.name}.added` });
  return positions.coverPrefix
    ? withPositions(addPrefix(net, vit, patches))
    : addPrefix(net, vit, withPositions(patches));
}

/** Puts the prefix tokens, repeated for every image of the batch, before the others. */
function addPrefix(net: NetworkBuilder, { prefix, embedDim }: VisionTransformer, tokens: string): string {
  if (prefix.length === 0) return tokens;
  const parts = prefix.map(({ name, count, shape }) => {
    const value = net.weight(name, shape ?? [1, count, embedDim]);
    if (!shape) return value;
    const wanted = net.integers(`${name}.shape`, [1, count, embedDim]);
    return net.op('Reshape', [value, wanted], {}, { name: `${name}.tokens` });
  });
  const joined =
    parts.length === 1 ? parts[0]! : net.op('Concat', parts, { axis: 1 }, { name: 'prefix.joined' });
  const repeated = addForEach(net, 'prefix', joined, [prefixLength(prefix), embedDim]);
  return net.op('Concat', [repeated, tokens], { axis: 1 }, { name: 'tokens' });
}

/** The position embeddings [1, positions, embedDim], for the grid of the image. */
function addPositions(net: NetworkBuilder, vit: VisionTransformer, positions: PositionEmbeddings): string {
  const { name, coverPrefix, table, madeFor } = positions;
  const grid = madeFor ?? patchGrid(vit.imageSize, vit.patchSize);
  const before = coverPrefix ? prefixLength(vit.prefix) : 0;
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
  const lengths = net.integers(`${name}.parts`, [before, from[0] * from[1]]);
  const [prefix, patches] = net.ops(
    'Split',
    [embeddings, lengths],
    2,
    { axis: 1 },
    { name: `${name}.split` },
  );
  const reshaped = (value: string, part: string, shape: number[]) =>
    net.op('Reshape', [value, net.integers(`${name}.${part}.shape`, shape)], {}, { name: `${name}.${part}` });
  const grid = net.op(
    'Transpose',
    [reshaped(patches!, 'grid', [1, ...from, embedDim])],
    { perm: [0, 3, 1, 2] },
    { name: `${name}.planes` },
  );
  const scales = net.constant(
    `${name}.scales`,
    Tensor.float32([4], [1, 1, to[0] / from[0], to[1] / from[1]]),
  );
  const attributes = {
    mode: 'cubic',
    coordinate_transformation_mode: 'half_pixel',
    cubic_coeff_a: float(-0.75),
  };
  const resized = net.op('Resize', [grid, '', scales], attributes, { name: `${name}.resized` });
  const flat = reshaped(resized, 'flat', [1, embedDim, to[0] * to[1]]);
  const rows = net.op('Transpose', [flat], { perm: [0, 2, 1] }, { name: `${name}.patches` });
  return before === 0
    ? rows
    : net.op('Concat', [prefix!, rows], { axis: 1 }, { name: `${name}.interpolated` });
}
