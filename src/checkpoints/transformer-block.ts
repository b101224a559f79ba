import { type Attention, type AttentionContext, addAttention } from './attention.ts';
import { addMlp, type Mlp } from './mlp.ts';
import type { NetworkBuilder } from './network-builder.ts';
import { addNorm, type Norm } from './norm.ts';
import { addRelativePositions, type RelativePositions } from './relative-positions.ts';

/**
 * The parts of a Transformer block in a checkpoint: x + attention(norm(x)), then x + perceptron(norm(x)); with norms after the
 * branches, x + norm(attention(x)), then x + norm(perceptron(x)).
 */
export interface TransformerBlock {
  /** Prefix of the operators' names. */
  readonly path: string;
  /** Where the normalisation of a branch is: what goes into it, or what comes out of it. */
  readonly norms: 'before' | 'after';
  readonly attentionNorm: Norm;
  readonly attention: Attention;
  /** What relative positions add to the scores; default: nothing. */
  readonly relativePositions?: RelativePositions | undefined;
  /** Tensor [width] that scales the attention's output (LayerScale); `undefined`: none. */
  readonly attentionScale: string | undefined;
  readonly mlpNorm: Norm;
  readonly mlp: Mlp;
  /** Tensor [width] that scales the perceptron's output (LayerScale); `undefined`: none. */
  readonly mlpScale: string | undefined;
}

/**
 * Appends a Transformer block.
 *
 * @param input float32 [batch, tokens, width]
 * @returns float32 [batch, tokens, width]
 */
export function addTransformerBlock(
  net: NetworkBuilder,
  block: TransformerBlock,
  input: string,
  context: AttentionContext = {},
): string {
  const { path, attention, relativePositions, norms } = block;
  const { width, heads } = attention;
  const branch = (norm: Norm, scale: string | undefined, value: string, of: (value: string) => string) => {
    const made =
      norms === 'before' ? of(addNorm(net, norm, width, value)) : addNorm(net, norm, width, of(value));
    return addScale(net, scale, width, made);
  };
  const bias = relativePositions ? addRelativePositions(net, relativePositions, heads) : context.bias;
  const attended = branch(block.attentionNorm, block.attentionScale, input, (value) =>
    addAttention(net, attention, value, { ...context, bias }),
  );
  const middle = net.op('Add', [input, attended], {}, { name: `${path}.attention_residual` });
  const perceived = branch(block.mlpNorm, block.mlpScale, middle, (value) =>
    addMlp(net, path, block.mlp, width, value),
  );
  return net.op('Add', [middle, perceived], {}, { name: path });
}

/** Multiplies the features by a tensor [width]; without a name the input is returned as it is. */
export function addScale(
  net: NetworkBuilder,
  scale: string | undefined,
  width: number,
  input: string,
): string {
  if (scale === undefined) return input;
  return net.op('Mul', [input, net.weight(scale, [width])], {}, { name: `${scale}.scaled` });
}
