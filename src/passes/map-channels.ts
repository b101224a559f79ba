import { type ChannelAxis, type ChannelFlow, channelFlow } from '../analysis/channel-flow.ts';
import { constantTensor } from '../analysis/constant-tensor.ts';
import { ConversionError, listProblems } from '../errors.ts';
import type { Graph } from '../graph/graph.ts';
import type { Node } from '../graph/node.ts';
import { sizeOf } from '../graph/shape.ts';
import { Tensor } from '../graph/tensor.ts';

/** The old channel that each new one is. */
export type ChannelMap = readonly number[];

/**
 * Chooses the new channels of a group, or of the zeros that a Pad puts beside others.
 *
 * @param channels number of old ones
 * @param group its number in the flow; `undefined` for zeros
 */
export type ChooseChannels = (channels: number, group?: number) => ChannelMap;

/**
 * The flow of a network's channels, all of which are understood.
 *
 * @param pass name of the pass that asks
 * @throws ConversionError that lists all operators whose channels are not understood
 */
export function requireChannelFlow(graph: Graph, pass: string): ChannelFlow {
  const flow = channelFlow(graph);
  if (flow.problems.length === 0) return flow;
  throw new ConversionError(
    listProblems(`${pass}: the channels of these operators cannot be counted anew:`, flow.problems),
  );
}

/**
 * Copies and takes out channels of activations: weights, biases and other constants get the places that each new channel has of the old
 * one. What reads a channel that there are n copies of has its weight divided by n, so that copies alone change nothing.
 * Channels of the network's inputs and outputs stay.
 *
 * @throws ConversionError for a sum of channels that are joined in different ways
 */
export function mapChannels(graph: Graph, flow: ChannelFlow, choose: ChooseChannels): void {
  const maps = completeMaps(flow, choose);
  const mapOf = (group: number) => maps[group] as ChannelMap;
  const byConstant = new Map<string, ChannelAxis[]>();
  for (const each of flow.axes) {
    const key = `${each.node.name}\n${each.input}`;
    byConstant.set(key, [...(byConstant.get(key) ?? []), each]);
  }
  for (const axes of byConstant.values()) rewriteConstant(graph, axes, flow, mapOf);
  for (const { node, group } of flow.depthwise) {
    const count = { kind: 'int', value: mapOf(group).length } as const;
    graph.update(node, { attributes: new Map([...node.attributes, ['group', count]]) });
  }
  for (const { node, parts } of flow.joins) {
    const zeros = parts.flatMap((part) => (typeof part === 'number' ? [] : [choose(part.zeros).length]));
    if (node.opType === 'Pad') rewritePads(graph, node, zeros);
  }
}

/** Maps of all groups; those of joined channels follow from their parts. */
function completeMaps({ groups, joins }: ChannelFlow, choose: ChooseChannels): (ChannelMap | undefined)[] {
  const maps: (ChannelMap | undefined)[] = [];
  const mapOf = (group: number): ChannelMap => {
    const found = maps[group];
    if (found) return found;
    const { channels, outer } = groups[group] as ChannelFlow['groups'][number];
    const own = joins.filter((join) => join.group === group);
    const [first, ...others] = own.map(({ parts }) => joined(parts, (part) => channelsOf(part)));
    const map = outer ? [...Array(channels).keys()] : (first ?? choose(channels, group));
    if (others.some((other) => other.join() !== map.join())) throw severalJoins(own.map(({ node }) => node));
    maps[group] = map;
    return map;
  };
  const channelsOf = (part: Part) => {
    if (typeof part !== 'number') return { channels: part.zeros, map: choose(part.zeros) };
    return { channels: groups[part]?.channels ?? 0, map: mapOf(part) };
  };
  for (const group of groups.keys()) mapOf(group);
  return maps;
}

type Part = ChannelFlow['joins'][number]['parts'][number];

function joined(
  parts: readonly Part[],
  of: (part: Part) => { channels: number; map: ChannelMap },
): ChannelMap {
  let first = 0;
  return parts.flatMap((part) => {
    const { channels, map } = of(part);
    const own = map.map((channel) => first + channel);
    first += channels;
    return own;
  });
}

function severalJoins(nodes: readonly Node[]): ConversionError {
  return new ConversionError({
    where: nodes.map(({ name }) => `'${name}'`).join(' and '),
    expected: 'sums of channels that are joined in one way',
    got: 'channels in different orders',
    remedy: 'Join channels once in a residual stream',
  });
}

function rewriteConstant(
  graph: Graph,
  axes: readonly ChannelAxis[],
  { groups }: ChannelFlow,
  mapOf: (group: number) => ChannelMap,
): void {
  const { node, input } = axes[0] as ChannelAxis;
  const name = node.inputs[input] as string;
  let tensor = constantTensor(graph, name) as Tensor;
  for (const { axis, group, role } of axes) {
    const { channels } = groups[group] as ChannelFlow['groups'][number];
    tensor = takeChannels(tensor, axis, channels, mapOf(group), role === 'reads');
  }
  if (graph.initializers.has(name) && graph.consumersOf(name).length === 1)
    graph.setInitializer(name, tensor);
  else graph.setInput(node, input, graph.addInitializer(`${name}.mapped`, tensor));
}

/** The places of channels along an axis, in a new order, as often as they are named; divided by how often, where `shared`. */
function takeChannels(
  tensor: Tensor,
  axis: number,
  channels: number,
  map: ChannelMap,
  shared: boolean,
): Tensor {
  const places = (tensor.shape[axis] ?? 1) / channels;
  const inner = sizeOf(tensor.shape.slice(axis + 1)) * places;
  const outer = sizeOf(tensor.shape.slice(0, axis));
  const copies = new Float64Array(channels);
  for (const channel of map) copies[channel] = (copies[channel] ?? 0) + 1;
  const numbers = tensor.toNumbers();
  const taken = new Float64Array(outer * map.length * inner);
  let at = 0;
  for (let row = 0; row < outer; row++) {
    for (const channel of map) {
      const from = (row * channels + channel) * inner;
      const by = shared ? (copies[channel] ?? 1) : 1;
      for (let i = 0; i < inner; i++) taken[at++] = (numbers[from + i] ?? 0) / by;
    }
  }
  const shape = tensor.shape.with(axis, map.length * places);
  return Tensor.of(tensor.dataType, shape, taken);
}

function rewritePads(graph: Graph, node: Node, [before = 0, behind = 0]: readonly number[]): void {
  const pads = [...(constantTensor(graph, node.inputs[1] as string) as Tensor).toNumbers()];
  pads[1] = before;
  pads[pads.length / 2 + 1] = behind;
  graph.setInput(node, 1, graph.addInitializer(`${node.name}.pads`, Tensor.int64([pads.length], pads)));
}
