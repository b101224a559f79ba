import type { Placement } from '../analysis/placement.ts';
import type { SynapticOperator } from '../analysis/synaptic-operators.ts';
import { sizeOf } from '../graph/shape.ts';
import type { ChannelOutliers } from '../results/diagnosis-result.ts';

/** A channel counts as an outlier from this many times the median channel on. */
const outlierRatio = 8;

/** Largest number of channels that are named. */
const named = 5;

/**
 * The axis of a site's channels: 1 for feature maps [N, C, H, W], else the last, as for tokens [N, tokens, C].
 *
 * @param operators of the network
 * @param readers who reads what the site emits
 * @param rank number of axes, batch included
 * @returns undefined for an operand of a product of activations, whose axes are tokens and heads
 */
export function channelAxis(
  operators: readonly SynapticOperator[],
  readers: Placement['readers'],
  rank: number,
): number | undefined {
  const fed = operators.filter(({ node, operands }) =>
    readers.some(
      (reader) => reader.node === node.name && operands.some(({ input }) => input === reader.input),
    ),
  );
  if (fed.some(({ kind }) => kind === 'product')) return undefined;
  return rank === 4 && !fed.some(({ node }) => node.opType === 'MatMul') ? 1 : rank - 1;
}

/** Sums squares by channel. */
export class ChannelPower {
  readonly #axis: number;
  readonly #inner: number;
  readonly #power: Float64Array;

  constructor(shape: readonly number[], axis: number) {
    this.#axis = axis;
    this.#inner = sizeOf(shape.slice(axis + 1));
    this.#power = new Float64Array(shape[this.#axis]!);
  }

  add(values: Float32Array): void {
    const channels = this.#power.length;
    for (let i = 0; i < values.length; i++) {
      this.#power[Math.floor(i / this.#inner) % channels]! += values[i]! ** 2;
    }
  }

  outliers(): ChannelOutliers {
    const sorted = this.#power.toSorted();
    const median = sorted[Math.floor(sorted.length / 2)]!;
    const ratios = Array.from(this.#power, (power, channel) => ({
      channel,
      ratio: median > 0 ? Math.sqrt(power / median) : 0,
    }));
    const found = ratios.filter(({ ratio }) => ratio >= outlierRatio).sort((a, b) => b.ratio - a.ratio);
    return { channels: this.#power.length, count: found.length, largest: found.slice(0, named) };
  }
}
