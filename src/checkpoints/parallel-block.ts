import { type Attention, addHeads } from './attention.ts';
import { addLinear, type Linear } from './linear.ts';
import type { NetworkBuilder } from './network-builder.ts';
import { addNorm, type Norm } from './norm.ts';
import { addActivation, type PerceptronActivation } from './perceptron-activation.ts';
import { addScale } from './transformer-block.ts';

/**
 * A block whose attention and perceptron read the same normalised input, through one layer, and are added together.
 *
 * Dehghani et al.: Scaling Vision Transformers to 22 Billion Parameters, ICML 2023, arXiv:2302.05442.
 */
export interface ParallelBlock {
  /** Prefix of the operators' names. */
  readonly path: string;
  readonly norm: Norm;
  /** Gives the features inside the perceptron, then query, key and value. */
  readonly inputProjection: Linear;
  readonly hidden: number;
  readonly activation: PerceptronActivation;
  /** The heads and what stands behind them; its own projections are not used. */
  readonly attention: Attention;
  readonly contract: Linear;
  /** Tensor [width] that scales the sum of both; `undefined`: none. */
  readonly scale: string | undefined;
}

/** Appends a parallel block: float32 [batch, tokens, width] → the same. */
export function addParallelBlock(net: NetworkBuilder, block: ParallelBlock, input: string): string {
  const { path, attention, hidden } = block;
  const { width } = attention;
  const normed = addNorm(net, block.norm, width, input);
  const all = addLinear(net, block.inputProjection, [width, hidden + 3 * width], normed);
  const lengths = net.integers(`${path}.split.lengths`, [hidden, width, width, width]);
  const parts = net.ops('Split', [all, lengths], 4, { axis: -1 }, { name: `${path}.split` });
  const [expanded, query, key, value] = parts as [string, string, string, string];
  const mixed = addHeads(net, attention, { query, key, value });
  const attended = addLinear(net, attention.output, [width, width], mixed);
  const active = addActivation(net, block.activation, expanded, `${path}.activation`);
  const perceived = addLinear(net, block.contract, [hidden, width], active);
  const sum = net.op('Add', [attended, perceived], {}, { name: `${path}.branches` });
  return net.op('Add', [input, addScale(net, block.scale, width, sum)], {}, { name: path });
}
