import { onnxDataType } from '../graph/data-type.ts';
import type { Dimension, ValueInfo } from '../graph/graph.ts';
import { Tensor } from '../graph/tensor.ts';
import { addTextBias, addTokenPositions, type TokenPositions } from './attention-mask.ts';
import { addClassifiers } from './classifiers.ts';
import { addLinear } from './linear.ts';
import type { NetworkBuilder } from './network-builder.ts';
import { addNorm } from './norm.ts';
import { addActivation } from './perceptron-activation.ts';
import { addTokenRotation, type RotaryValues, type TokenRotation } from './rotary-positions.ts';
import type { LearntPositions, PooledTextHead, TextTransformer, TokenTypes } from './text-transformer.ts';
import { addTransformerBlock } from './transformer-block.ts';

const [tokensInput, maskInput, typesInput] = ['input_ids', 'attention_mask', 'token_type_ids'] as const;

/** The inputs of a network that reads text. */
export function textInputs({ types }: TextTransformer): ValueInfo[] {
  const names = types?.given ? [tokensInput, maskInput, typesInput] : [tokensInput, maskInput];
  return names.map((name) => ({ name, dataType: 'int64', shape: ['batch', 'tokens'] }));
}

/** Shape of the output of a network that reads text, behind the batch. */
export function textOutputShape({ head }: TextTransformer): Dimension[] {
  return head.kind === 'tokens' ? ['tokens', head.outputs] : [head.outputs];
}

/** Appends a Transformer that reads text; sequences may have any length. */
export function buildTextTransformer(text: TextTransformer, net: NetworkBuilder): void {
  const { width, blocks, causal, lastNorm, head } = text;
  const positions = addTokenPositions(net, tokensInput);
  let tokens = addNorm(net, text.embeddingNorm, width, addEmbeddings(net, text, positions));
  const rotations = new Map<string, RotaryValues>();
  const biases = new Map<number | undefined, string>();
  for (const block of blocks) {
    const { reach, rotation } = block;
    const bias = entry(biases, reach, () => addTextBias(net, maskInput, positions, { causal, reach }));
    const rotary =
      rotation &&
      entry(rotations, rotation.frequencies.join(), () => rotate(net, rotations.size, rotation, positions));
    tokens = addTransformerBlock(net, block, tokens, { bias, rotary });
  }
  tokens = addNorm(net, lastNorm, width, tokens);
  if (head.kind === 'text') {
    addPooledHead(net, head, width, tokens, positions);
    return;
  }
  addClassifiers(net, head.output ? [head.output] : [], [width, head.outputs], () => tokens);
}

/** The value of a key, made when it is asked for first. */
function entry<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  const known = map.get(key) ?? make();
  map.set(key, known);
  return known;
}

function rotate(
  net: NetworkBuilder,
  index: number,
  rotation: TokenRotation,
  { rows }: TokenPositions,
): RotaryValues {
  const positions = net.op(
    'Cast',
    [rows],
    { to: onnxDataType('float32') },
    { name: `rotary.${index}.positions` },
  );
  return addTokenRotation(net, `rotary.${index}`, rotation, positions);
}

/** Embeddings of tokens, their positions and their kinds: float32 [batch, tokens, width]. */
function addEmbeddings(net: NetworkBuilder, text: TextTransformer, positions: TokenPositions): string {
  const { embedding, vocabulary, width, types } = text;
  const table = net.weight(`${embedding}.weight`, [vocabulary, width]);
  const words = net.op('Gather', [table, tokensInput], { axis: 0 }, { name: embedding });
  const parts = [words];
  if (types) parts.push(addTypes(net, types, width));
  if (text.positions) parts.push(addLearntPositions(net, text.positions, width, positions));
  return parts.reduce((sum, part) => net.op('Add', [sum, part], {}, { name: `${embedding}.sum` }));
}

function addTypes(net: NetworkBuilder, { path, rows, given }: TokenTypes, width: number): string {
  const table = net.weight(`${path}.weight`, [rows, width]);
  const index = given ? typesInput : net.integers(`${path}.first`, [0]);
  return net.op('Gather', [table, index], { axis: 0 }, { name: path });
}

function addLearntPositions(
  net: NetworkBuilder,
  { path, rows, padding }: LearntPositions,
  width: number,
  positions: TokenPositions,
): string {
  const table = net.weight(`${path}.weight`, [rows, width]);
  const index = padding === undefined ? positions.row : countedPositions(net, path, padding);
  return net.op('Gather', [table, index], { axis: 0 }, { name: path });
}

/** The n-th token that is no padding has position n + its number, padding itself that number: int64 [batch, tokens]. */
function countedPositions(net: NetworkBuilder, path: string, padding: number): string {
  const filler = net.constant(`${path}.padding`, Tensor.int64([], [padding]));
  const counts = net.op(
    'Cast',
    [isNot(net, path, filler)],
    { to: onnxDataType('int64') },
    { name: `${path}.counts` },
  );
  const axis = net.constant(`${path}.axis`, Tensor.int64([], [1]));
  const numbers = net.op('CumSum', [counts, axis], {}, { name: `${path}.numbers` });
  const kept = net.op('Mul', [numbers, counts], {}, { name: `${path}.kept` });
  return net.op('Add', [kept, filler], {}, { name: `${path}.index` });
}

/** Which tokens are not the one of a number: bool [batch, tokens]. */
function isNot(net: NetworkBuilder, path: string, number: string): string {
  const same = net.op('Equal', [tokensInput, number], {}, { name: `${path}.is_padding` });
  return net.op('Not', [same], {}, { name: `${path}.is_token` });
}

function addPooledHead(
  net: NetworkBuilder,
  head: PooledTextHead,
  width: number,
  tokens: string,
  positions: TokenPositions,
): void {
  let pooled = addTextPooling(net, head.pooling, tokens, positions);
  if (head.dense) pooled = addLinear(net, head.dense, [width, width], pooled);
  if (head.activation) pooled = addActivation(net, head.activation, pooled, 'pool.activation');
  pooled = addNorm(net, head.norm, width, pooled);
  addClassifiers(net, [head.output], [width, head.outputs], () => pooled);
}

function addTextPooling(
  net: NetworkBuilder,
  pooling: PooledTextHead['pooling'],
  tokens: string,
  positions: TokenPositions,
): string {
  if (pooling === 'first') {
    const index = net.constant('pool.index', Tensor.int64([], [0]));
    return net.op('Gather', [tokens, index], { axis: 1 }, { name: 'pool' });
  }
  const to = onnxDataType('float32');
  if (pooling === 'mean') {
    const weights = net.op('Cast', [maskInput], { to }, { name: 'pool.weights' });
    const sum = weightedSum(net, weights, tokens);
    const axis = net.integers('pool.count.axis', [1]);
    const count = net.op('ReduceSum', [weights, axis], { keepdims: 1 }, { name: 'pool.count' });
    return net.op('Div', [sum, count], {}, { name: 'pool' });
  }
  const chosen = net.op(
    'Equal',
    [positions.row, lastToken(net, pooling.lastBefore, positions)],
    {},
    { name: 'pool.chosen' },
  );
  return weightedSum(net, net.op('Cast', [chosen], { to }, { name: 'pool.weights' }), tokens);
}

/** Position of the last token that is not padding, int64 [batch, 1]. Where no token is known as padding, the mask says which is. */
function lastToken(net: NetworkBuilder, padding: number | undefined, { row }: TokenPositions): string {
  const counts = padding === undefined ? maskInput : countedTokens(net, padding);
  const numbers = net.op('Mul', [counts, row], {}, { name: 'pool.numbers' });
  return net.op('ReduceMax', [numbers], { axes: [1], keepdims: 1 }, { name: 'pool.last' });
}

/** 1 for tokens that are not the padding, else 0: int64 [batch, tokens]. */
function countedTokens(net: NetworkBuilder, padding: number): string {
  const filler = net.constant('pool.padding', Tensor.int64([], [padding]));
  const counts = isNot(net, 'pool', filler);
  return net.op('Cast', [counts], { to: onnxDataType('int64') }, { name: 'pool.counts' });
}

/** Sum of the tokens with weights float32 [batch, tokens]: [batch, width]. */
function weightedSum(net: NetworkBuilder, weights: string, tokens: string): string {
  const column = net.op(
    'Unsqueeze',
    [weights, net.integers('pool.column.axis', [2])],
    {},
    { name: 'pool.column' },
  );
  const weighted = net.op('Mul', [tokens, column], {}, { name: 'pool.weighted' });
  return net.op(
    'ReduceSum',
    [weighted, net.integers('pool.axis', [1])],
    { keepdims: 0 },
    { name: 'pool.sum' },
  );
}
