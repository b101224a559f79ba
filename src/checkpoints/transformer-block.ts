import type { GraphBuilder } from '../graph/graph-builder.ts';
import { type Attention, type AttentionSizes, addAttention, attentionTensors } from './attention.ts';
import { addLayerNorm, layerNormTensors } from './layer-norm.ts';
import { addLinear, type Linear, linearTensors } from './linear.ts';
import { addActivation, type PerceptronActivation } from './perceptron-activation.ts';
import type { WeightSource } from './weight-source.ts';

/** The parts of a pre-norm Transformer block in a checkpoint: x + attention(norm(x)), then x + perceptron(norm(x)). */
export interface TransformerBlock {
  /** Prefix of the operators' names. */
  readonly path: string;
  /** Path of the layer normalisation before the attention. */
  readonly attentionNorm: string;
  readonly attention: Attention;
  /** Tensor [embedDim] that scales the attention's output (LayerScale); `undefined`: none. */
  readonly attentionScale: string | undefined;
  /** Path of the layer normalisation before the perceptron. */
  readonly mlpNorm: string;
  /** Layer from embedDim to hiddenDim features. */
  readonly expand: Linear;
  /** Layer from hiddenDim to embedDim features. */
  readonly contract: Linear;
  /** Tensor [embedDim] that scales the perceptron's output (LayerScale); `undefined`: none. */
  readonly mlpScale: string | undefined;
}

/** The sizes a block needs to know. */
export interface BlockSizes extends AttentionSizes {
  /** Number of features inside the perceptron. */
  readonly hiddenDim: number;
  readonly activation: PerceptronActivation;
}

/** The tensors of a block, with their shapes. */
export function blockTensors(block: TransformerBlock, sizes: BlockSizes): [string, number[]][] {
  const { embedDim, hiddenDim } = sizes;
  const scales = [block.attentionScale, block.mlpScale].filter((name) => name !== undefined);
  return [
    ...layerNormTensors(block.attentionNorm, embedDim),
    ...attentionTensors(block.attention, sizes),
    ...layerNormTensors(block.mlpNorm, embedDim),
    ...linearTensors(block.expand, embedDim, hiddenDim),
    ...linearTensors(block.contract, hiddenDim, embedDim),
    ...scales.map((name): [string, number[]] => [name, [embedDim]]),
  ];
}

/**
 * Appends a pre-norm Transformer block.
 *
 * @param input float32 [batch, tokens, embedDim]
 * @returns float32 [batch, tokens, embedDim]
 */
export function addTransformerBlock(
  builder: GraphBuilder,
  weights: WeightSource,
  block: TransformerBlock,
  sizes: BlockSizes,
  input: string,
): string {
  const normed = addLayerNorm(builder, weights, block.attentionNorm, input, sizes.epsilon);
  const attended = addAttention(builder, weights, block.attention, sizes, normed);
  const scaled = addScale(builder, weights, block.attentionScale, attended);
  const middle = builder.op('Add', [input, scaled], {}, { name: `${block.path}.attention_residual` });
  const perceived = addScale(
    builder,
    weights,
    block.mlpScale,
    addMlp(builder, weights, block, sizes, middle),
  );
  return builder.op('Add', [middle, perceived], {}, { name: block.path });
}

function addMlp(
  builder: GraphBuilder,
  weights: WeightSource,
  block: TransformerBlock,
  { epsilon, activation }: BlockSizes,
  input: string,
): string {
  const normed = addLayerNorm(builder, weights, block.mlpNorm, input, epsilon);
  const expanded = addLinear(builder, weights, block.expand, normed);
  const active = addActivation(builder, activation, expanded, `${block.path}.activation`);
  return addLinear(builder, weights, block.contract, active);
}

function addScale(
  builder: GraphBuilder,
  weights: WeightSource,
  scale: string | undefined,
  input: string,
): string {
  if (scale === undefined) return input;
  return builder.op('Mul', [input, weights.value(builder, scale)], {}, { name: `${scale}.scaled` });
}
