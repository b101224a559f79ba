import type { GraphBuilder } from '../graph/graph-builder.ts';
import { type Attention, type AttentionSizes, addAttention, attentionTensors } from './attention.ts';
import { addLayerNorm, layerNormTensors } from './layer-norm.ts';
import { addLinear, type Linear, linearTensors } from './linear.ts';
import { addActivation, type PerceptronActivation } from './perceptron-activation.ts';
import type { WeightSource } from './weight-source.ts';

/**
 * The parts of a Transformer block in a checkpoint: x + attention(norm(x)), then x + perceptron(norm(x)); with norms after the
 * branches, x + norm(attention(x)), then x + norm(perceptron(x)).
 */
export interface TransformerBlock {
  /** Prefix of the operators' names. */
  readonly path: string;
  /** Where the normalisation of a branch is: what goes into it, or what comes out of it. */
  readonly norms: 'before' | 'after';
  /** Path of the layer normalisation of the attention. */
  readonly attentionNorm: string;
  readonly attention: Attention;
  /** Tensor [embedDim] that scales the attention's output (LayerScale); `undefined`: none. */
  readonly attentionScale: string | undefined;
  /** Path of the layer normalisation of the perceptron. */
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
 * Appends a Transformer block.
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
  const norm = (path: string, value: string) => addLayerNorm(builder, weights, path, value, sizes.epsilon);
  const branch = (path: string, scale: string | undefined, value: string, of: (value: string) => string) => {
    const made = block.norms === 'before' ? of(norm(path, value)) : norm(path, of(value));
    return addScale(builder, weights, scale, made);
  };
  const attended = branch(block.attentionNorm, block.attentionScale, input, (value) =>
    addAttention(builder, weights, block.attention, sizes, value),
  );
  const middle = builder.op('Add', [input, attended], {}, { name: `${block.path}.attention_residual` });
  const perceived = branch(block.mlpNorm, block.mlpScale, middle, (value) =>
    addMlp(builder, weights, block, sizes, value),
  );
  return builder.op('Add', [middle, perceived], {}, { name: block.path });
}

function addMlp(
  builder: GraphBuilder,
  weights: WeightSource,
  block: TransformerBlock,
  { activation }: BlockSizes,
  input: string,
): string {
  const expanded = addLinear(builder, weights, block.expand, input);
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
