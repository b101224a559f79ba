import { channelChain, constantBehind } from '../analysis/channel-chain.ts';
import { type ChannelFlow, channelFlow } from '../analysis/channel-flow.ts';
import { constantTensor } from '../analysis/constant-tensor.ts';
import { definePass } from '../graph/define-pass.ts';
import type { Graph } from '../graph/graph.ts';
import type { Model } from '../graph/model.ts';
import { floatAttribute, intAttribute, type Node } from '../graph/node.ts';
import { sizeOf } from '../graph/shape.ts';
import { Tensor } from '../graph/tensor.ts';
import { isPadded } from './fold-affine-ahead.ts';
import { mapChannels } from './map-channels.ts';

/**
 * Squeezes a network without changing what it computes: channels whose batch normalisation has γ = 0 are the same number everywhere, and
 * go; that number times their weights becomes part of the next bias.
 *
 * A convolution with zeros around its input reads the number at some places and 0 at others: channels in front of one stay, unless
 * their number is 0. With `borders` they go, too, and the result is right but for the border.
 *
 * Understood are channels that lead from one batch normalisation through activations and pooling to products with weights; sums of several
 * stay whole.
 *
 * @param borders whether channels go that a padded convolution reads
 * @returns number of channels that went
 */
export const removeConstantChannels = definePass({
  name: 'remove-constant-channels',
  summary: 'Channels that are the same number everywhere become part of the next bias.',
  rewrites: 'input',
  apply({ graph }: Model, borders: boolean): number {
    const flow = channelFlow(graph);
    if (flow.problems.length > 0) return 0;
    const gone = new Map<number, ReadonlySet<number>>();
    for (const group of flow.groups.keys()) {
      const found = constantChannels(graph, flow, group, borders);
      if (found && found.size > 0) gone.set(group, found);
    }
    // Followed once more, for the biases that are new; groups have the same numbers.
    mapChannels(graph, channelFlow(graph), (channels, group = -1) =>
      [...Array(channels).keys()].filter((channel) => !gone.get(group)?.has(channel)),
    );
    return [...gone.values()].reduce((sum, { size }) => sum + size, 0);
  },
});

function constantChannels(
  graph: Graph,
  flow: ChannelFlow,
  group: number,
  borders: boolean,
): Set<number> | undefined {
  const chain = channelChain(graph, flow, group);
  const [gamma, beta] = [1, 2].map((i) => constantTensor(graph, chain?.norm.inputs[i] ?? '')?.toNumbers());
  if (!chain || !gamma || !beta) return undefined;
  const values = new Map<number, number>();
  const padded = chain.readers.some((reader) => reader.opType === 'Conv' && isPadded(reader));
  const unbiased = chain.readers.some(({ opType }) => opType === 'MatMul');
  for (const [channel, value] of beta.entries()) {
    if (gamma[channel] !== 0) continue;
    const constant = chain.behind.reduce((x, node) => constantBehind(graph, node, x), value);
    if (constant === 0 || !(unbiased || (padded && !borders))) values.set(channel, constant);
  }
  // Something has to be left.
  if (values.size === gamma.length) values.delete(0);
  for (const reader of chain.readers) moveIntoBias(graph, reader, gamma.length, values);
  return new Set(values.keys());
}

/** bias += Σ over channels of their number times the sum of their weights. */
function moveIntoBias(
  graph: Graph,
  reader: Node,
  channels: number,
  values: ReadonlyMap<number, number>,
): void {
  if ([...values.values()].every((value) => value === 0)) return;
  const weight = constantTensor(graph, reader.inputs[1] ?? '') as Tensor;
  const transposed = reader.opType === 'Conv' || intAttribute(reader, 'transB', 0) === 1;
  const [made = 1, read = 1] = transposed ? weight.shape : weight.shape.toReversed();
  const area = sizeOf(weight.shape.slice(2));
  const places = read / channels;
  const numbers = weight.toNumbers();
  const at = (m: number, r: number) => (transposed ? m * read + r : r * made + m) * area;
  const old = reader.inputs[2] ? constantTensor(graph, reader.inputs[2])?.toNumbers() : undefined;
  const rate = floatAttribute(reader, 'alpha', 1) / floatAttribute(reader, 'beta', 1);
  const bias = Float64Array.from({ length: made }, (_, m) => {
    let sum = (old?.length === 1 ? old[0] : old?.[m]) ?? 0;
    for (const [channel, value] of values) {
      for (let r = channel * places; r < (channel + 1) * places; r++) {
        for (let i = 0; i < area; i++) sum += rate * value * (numbers[at(m, r) + i] ?? 0);
      }
    }
    return sum;
  });
  const tensor = Tensor.of(weight.dataType, [made], bias);
  const name = graph.addInitializer(`${reader.name}.bias`, tensor);
  graph.setInput(reader, 2, name);
}
