import { channelChain } from '../../analysis/channel-chain.ts';
import { channelFlow } from '../../analysis/channel-flow.ts';
import { UsageError } from '../../errors.ts';
import type { Model } from '../../graph/model.ts';
import { Tensor } from '../../graph/tensor.ts';
import { lookUp } from '../../look-up.ts';
import { removeConstantChannels } from '../../passes/remove-constant-channels.ts';
import { type Budgeted, networkSize } from './network-size.ts';
import type { NetworkBits } from './quantised-layers.ts';

/** The most that a network may take. */
export interface Budget {
  readonly of: Budgeted;
  readonly most: number;
}

/** Share of a layer's channels that is always left. */
const leastShare = 1 / 8;

/** How many channels a layer has that can lose some, and how many of them always stay. */
export interface LayerChannels {
  readonly channels: number;
  readonly least: number;
}

/** The layers of a network whose channels can go, by the slope γ of their batch normalisation. */
export function squeezableLayers({ graph }: Model): Map<string, LayerChannels> {
  const flow = channelFlow(graph);
  return new Map(
    flow.groups.flatMap(({ channels }, group) => {
      const slope = channelChain(graph, flow, group)?.norm.inputs[1];
      return slope === undefined
        ? []
        : [[slope, { channels, least: Math.ceil(leastShare * channels) }] as const];
    }),
  );
}

/**
 * Takes out the channels with the smallest |γ| of their batch normalisation, over all layers, until a network keeps within a budget; what they still gave goes into the next bias. Residual streams stay whole.
 *
 * @param network is changed
 * @param places see placesOfWeights
 * @param layers those of the network before anything went
 * @returns number of channels that went
 * @throws UsageError if the budget is too small
 */
export function squeeze(
  network: Model,
  bits: NetworkBits,
  places: ReadonlyMap<string, number>,
  { of, most }: Budget,
  layers: ReadonlyMap<string, LayerChannels>,
): number {
  const { graph } = network;
  const flow = channelFlow(graph);
  const candidates = flow.groups.flatMap(({ channels }, group) => {
    const slope = channelChain(graph, flow, group)?.norm.inputs[1] ?? '';
    const layer = layers.get(slope);
    if (!layer) return [];
    const sizes = lookUp(graph.initializers, slope, 'slope').toFloat32();
    const own = Array.from(sizes, (gamma, channel) => ({ group, slope, channel, size: Math.abs(gamma) }));
    return own.sort((a, b) => a.size - b.size).slice(0, Math.max(channels - layer.least, 0));
  });
  candidates.sort((a, b) => a.size - b.size);
  const takenWith = (count: number) => {
    const left = flow.groups.map(({ channels }) => channels);
    for (const { group } of candidates.slice(0, count)) left[group] = (left[group] ?? 1) - 1;
    const shapeOf = (weight: string) => {
      const shape = [...lookUp(graph.initializers, weight, 'weight').shape];
      for (const { node, input, axis, group } of flow.axes) {
        if (input !== 1 || node.inputs[1] !== weight) continue;
        const before = flow.groups[group]?.channels ?? 1;
        shape[axis] = ((shape[axis] ?? 1) / before) * (left[group] ?? before);
      }
      return shape;
    };
    return networkSize(graph, bits, places, shapeOf)[of];
  };
  const count = smallestWith(candidates.length, (taken) => takenWith(taken) <= most);
  const taken = takenWith(count);
  if (taken > most) throw tooSmall(of, most, taken);
  const gone = new Map<string, number[]>();
  for (const { slope, channel } of candidates.slice(0, count)) {
    gone.set(slope, [...(gone.get(slope) ?? []), channel]);
  }
  for (const [slope, channels] of gone) {
    const numbers = lookUp(graph.initializers, slope, 'slope').toFloat32().slice();
    for (const channel of channels) numbers[channel] = 0;
    graph.setInitializer(slope, Tensor.float32([numbers.length], numbers));
  }
  // What reads them is normalised over the batch as it is trained on: the border matters little.
  return removeConstantChannels(network, true);
}

function tooSmall(of: Budgeted, most: number, least: number): UsageError {
  return new UsageError({
    where: 'quantise: budget',
    expected: `${Math.ceil(least)} or more ${of === 'weightBits' ? 'bits of weights' : 'bit operations'}, which are left where no more channels can go`,
    got: `${most}`,
    remedy: 'Give a larger budget, fewer bits, or a narrower network',
    means: ['budget', 'bits', 'widen'],
  });
}

/** The smallest number up to a limit that something holds for, or the limit; once it holds, it holds for all larger ones. */
function smallestWith(limit: number, holds: (number: number) => boolean): number {
  let [low, high] = [0, limit];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}
