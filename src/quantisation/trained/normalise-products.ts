import { channelFlow } from '../../analysis/channel-flow.ts';
import { definePass } from '../../graph/define-pass.ts';
import { GraphBuilder } from '../../graph/graph-builder.ts';
import type { Model } from '../../graph/model.ts';
import { Tensor } from '../../graph/tensor.ts';

/** Epsilon of the batch normalisations, as most networks have it. */
const epsilon = 1e-5;

/**
 * Puts a batch normalisation that changes nothing yet behind every product but the last that has none, as networks have lost it whose
 * normalisation was folded: few-bit weights need one behind them to have the right size.
 *
 * @param statistics mean and variance of each channel of such a product; γ and β undo the normalisation
 * @returns number of places
 */
export const normaliseProducts = definePass({
  name: 'normalise-products',
  summary: 'Products without a batch normalisation get one that changes nothing yet.',
  rewrites: 'input',
  apply({ graph }: Model, statistics: ReadonlyMap<string, ChannelStatistics>): number {
    for (const [value, { mean, variance }] of statistics) {
      const readers = graph.consumersOf(value);
      const build = GraphBuilder.behind(graph, value, `${value}.norm.`);
      const vector = (name: string, numbers: ArrayLike<number>) =>
        build.constant(name, Tensor.float32([numbers.length], numbers));
      const slope = Float32Array.from(variance, (each) => Math.sqrt(each + epsilon));
      const parts = [
        vector('weight', slope),
        vector('bias', mean),
        vector('mean', mean),
        vector('variance', variance),
      ];
      const normed = build.op('BatchNormalization', [value, ...parts], {}, { name: 'normed' });
      for (const reader of readers) {
        for (const [i, input] of reader.inputs.entries())
          if (input === value) graph.setInput(reader, i, normed);
      }
    }
    return statistics.size;
  },
});

/** Mean and variance by channel. */
export interface ChannelStatistics {
  readonly mean: Float32Array;
  readonly variance: Float32Array;
}

/** Products, all but those that lead to an output, whose result no batch normalisation reads. */
export function plainProducts({ graph }: Model): { value: string; channels: number }[] {
  const { axes, groups, groupOf } = channelFlow(graph);
  const makers = new Set(axes.flatMap(({ node, role }) => (role === 'makes' ? [node] : [])));
  return [...makers].flatMap(({ outputs: [value = ''] }) => {
    const group = groups[groupOf.get(value) ?? -1];
    const normed = graph.consumersOf(value).some(({ opType }) => opType === 'BatchNormalization');
    return group && !group.outer && !normed ? [{ value, channels: group.channels }] : [];
  });
}
