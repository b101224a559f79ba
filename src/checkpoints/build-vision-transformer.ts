import { Graph } from '../graph/graph.ts';
import { GraphBuilder } from '../graph/graph-builder.ts';
import { Model } from '../graph/model.ts';
import { Tensor } from '../graph/tensor.ts';
import { addLayerNorm } from './layer-norm.ts';
import { addLinear } from './linear.ts';
import { addTransformerBlock } from './transformer-block.ts';
import { patchCount, prefixLength, type VisionTransformer } from './vision-transformer.ts';
import type { WeightSource } from './weight-source.ts';

const inputName = 'x';
const outputName = 'logits';
/** The first opset with LayerNormalization as an operator of its own. */
const opset = 17;

/**
 * Builds the graph of a Vision Transformer at opset 17: input `x` float32 [batch, channels, height, width], output
 * `logits` float32 [batch, classes]. Initializers keep their names in the checkpoint, and stay in its files.
 *
 * @param name name of the graph
 */
export function buildVisionTransformer(name: string, vit: VisionTransformer, weights: WeightSource): Model {
  const graph = new Graph(name);
  graph.addInput({
    name: inputName,
    dataType: 'float32',
    shape: ['batch', vit.channels, ...vit.imageSize],
  });
  const builder = new GraphBuilder(graph);
  let tokens = addTokens(builder, weights, vit);
  tokens = addNorm(builder, weights, vit, vit.firstNorm, tokens);
  for (const block of vit.blocks) tokens = addTransformerBlock(builder, weights, block, vit, tokens);
  tokens = addNorm(builder, weights, vit, vit.lastNorm, tokens);
  addClassifiers(builder, weights, vit, tokens);
  graph.addOutput({ name: outputName, dataType: 'float32', shape: ['batch', vit.classes] });
  return new Model(graph, opset);
}

/** The sequence that enters the first block: prefix tokens and embedded patches, with their positions. */
function addTokens(builder: GraphBuilder, weights: WeightSource, vit: VisionTransformer): string {
  const patches = addPatches(builder, weights, vit);
  const positions = weights.value(builder, vit.positions.name);
  const addPositions = (tokens: string) =>
    builder.op('Add', [tokens, positions], {}, { name: `${vit.positions.name}.added` });
  return vit.positions.coverPrefix
    ? addPositions(addPrefix(builder, weights, vit, patches))
    : addPrefix(builder, weights, vit, addPositions(patches));
}

/** [batch, channels, height, width] → [batch, patches, embedDim]. */
function addPatches(builder: GraphBuilder, weights: WeightSource, vit: VisionTransformer): string {
  const { path, bias } = vit.patches;
  const inputs = [inputName, weights.value(builder, `${path}.weight`)];
  if (bias) inputs.push(weights.value(builder, `${path}.bias`));
  const attributes = { kernel_shape: vit.patchSize, strides: vit.patchSize };
  const embedded = builder.op('Conv', inputs, attributes, { name: path });
  const patches = patchCount(vit.imageSize, vit.patchSize);
  const shape = builder.integers(`${path}.flat.shape`, [0, vit.embedDim, patches]);
  const flat = builder.op('Reshape', [embedded, shape], {}, { name: `${path}.flat` });
  return builder.op('Transpose', [flat], { perm: [0, 2, 1] }, { name: `${path}.tokens` });
}

/** Puts the prefix tokens, repeated for every image of the batch, before the others. */
function addPrefix(
  builder: GraphBuilder,
  weights: WeightSource,
  { prefix, embedDim }: VisionTransformer,
  tokens: string,
): string {
  if (prefix.length === 0) return tokens;
  const parts = prefix.map(({ name }) => weights.value(builder, name));
  const joined =
    parts.length === 1 ? parts[0]! : builder.op('Concat', parts, { axis: 1 }, { name: 'prefix.joined' });
  const batch = builder.op('Shape', [inputName], { start: 0, end: 1 }, { name: 'prefix.batch' });
  const rest = builder.integers('prefix.lengths', [prefixLength(prefix), embedDim]);
  const shape = builder.op('Concat', [batch, rest], { axis: 0 }, { name: 'prefix.shape' });
  const repeated = builder.op('Expand', [joined, shape], {}, { name: 'prefix' });
  return builder.op('Concat', [repeated, tokens], { axis: 1 }, { name: 'tokens' });
}

function addNorm(
  builder: GraphBuilder,
  weights: WeightSource,
  { epsilon }: VisionTransformer,
  path: string | undefined,
  input: string,
): string {
  return path === undefined ? input : addLayerNorm(builder, weights, path, input, epsilon);
}

function addClassifiers(
  builder: GraphBuilder,
  weights: WeightSource,
  vit: VisionTransformer,
  tokens: string,
): void {
  const [only, ...more] = vit.classifiers;
  const read = (position: number) =>
    addNorm(builder, weights, vit, vit.pooledNorm, addPooling(builder, vit, tokens, position));
  if (only && more.length === 0) {
    addLinear(builder, weights, only, read(0), outputName);
    return;
  }
  const logits = vit.classifiers.map((linear, position) =>
    addLinear(builder, weights, linear, read(position)),
  );
  const sum = logits.reduce((a, b) => builder.op('Add', [a, b], {}, { name: 'logits.sum' }));
  const share = builder.scalar('logits.share', 1 / logits.length);
  builder.op('Mul', [sum, share], {}, { name: outputName });
}

/** [batch, tokens, embedDim] → [batch, embedDim]. */
function addPooling(
  builder: GraphBuilder,
  { pooling, prefix, tokens: count }: VisionTransformer,
  tokens: string,
  position: number,
): string {
  if (pooling.kind === 'token') {
    const index = builder.constant(`pool.${position}.index`, Tensor.int64([], [position]));
    return builder.op('Gather', [tokens, index], { axis: 1 }, { name: `pool.${position}` });
  }
  const first = pooling.includePrefix ? 0 : prefixLength(prefix);
  const averaged = first === 0 ? tokens : sliceTokens(builder, tokens, first, count);
  return builder.op('ReduceMean', [averaged], { axes: [1], keepdims: 0 }, { name: 'pool' });
}

function sliceTokens(builder: GraphBuilder, tokens: string, first: number, end: number): string {
  const limits = [
    builder.integers('pool.first', [first]),
    builder.integers('pool.end', [end]),
    builder.integers('pool.axis', [1]),
  ];
  return builder.op('Slice', [tokens, ...limits], {}, { name: 'pool.patches' });
}
