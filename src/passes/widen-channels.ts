import { UsageError } from '../errors.ts';
import { definePass } from '../graph/define-pass.ts';
import type { Model } from '../graph/model.ts';
import { mapChannels, requireChannelFlow } from './map-channels.ts';

/**
 * Widens a network by copies: activations get r times as many channels, each a copy of an old one, whose weights are divided by the number
 * of copies where they are read. It computes the same; a training that starts here has room that fewer bits need.
 *
 * Liu, Han, Wang, Chen, Tian, Xu: Widening and Squeezing: Towards Accurate and Efficient QNNs, arXiv:2002.00555.
 * Differs from the paper, whose projections are not public: channels are copied.
 *
 * @param factor r ≥ 1; C channels become ⌊r·C + ½⌋, new channel j is old channel j mod C
 * @throws UsageError for a factor below 1; ConversionError that lists all operators whose channels are not understood
 */
export const widenChannels = definePass({
  name: 'widen-channels',
  summary: 'Channels are copied, and weights divided by the number of copies where they are read.',
  rewrites: 'input',
  apply({ graph }: Model, factor: number): void {
    if (!(factor >= 1)) throw tooNarrow(factor);
    const flow = requireChannelFlow(graph, 'widen-channels');
    const widened = (channels: number) =>
      Array.from({ length: Math.round(factor * channels) }, (_, i) => i % channels);
    mapChannels(graph, flow, widened);
  },
});

function tooNarrow(factor: number): UsageError {
  return new UsageError({
    where: 'widen-channels',
    expected: 'a factor of 1 or more',
    got: `${factor}`,
    remedy: 'Give how many times as many channels there are to be',
  });
}
