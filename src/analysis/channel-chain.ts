import type { Graph } from '../graph/graph.ts';
import { intAttribute, intsAttribute, type Node } from '../graph/node.ts';
import type { ChannelFlow } from './channel-flow.ts';
import { constantTensor } from './constant-tensor.ts';

/** How the channels of one group come about and are read, where that is simple. */
export interface ChannelChain {
  /** The batch normalisation that gives each channel its size, behind a product with weights. */
  readonly norm: Node;
  /** Activations and pooling behind that. */
  readonly behind: readonly Node[];
  /** Products with weights that read the group. */
  readonly readers: readonly Node[];
}

/** Operators that give the same number everywhere where they read one, and which. */
const ofConstants: Readonly<Record<string, (value: number, graph: Graph, node: Node) => number>> = {
  Identity: (value) => value,
  Dropout: (value) => value,
  Flatten: (value) => value,
  GlobalAveragePool: (value) => value,
  GlobalMaxPool: (value) => value,
  MaxPool: (value) => value,
  AveragePool: (value) => value,
  Relu: (value) => Math.max(value, 0),
  Clip: (value, graph, { inputs }) => {
    const [lowest, highest] = [1, 2].map((i) => constantTensor(graph, inputs[i] ?? '')?.toNumber());
    return Math.min(Math.max(value, lowest ?? Number.NEGATIVE_INFINITY), highest ?? Number.POSITIVE_INFINITY);
  },
};

/** What an operator of a chain gives for a channel that is the same number everywhere. */
export function constantBehind(graph: Graph, node: Node, value: number): number {
  return ofConstants[node.opType]?.(value, graph, node) ?? value;
}

/**
 * The operators of a group that comes from one batch normalisation behind one product with weights, and leads to such products through
 * operators that give constants of constants; nothing for other groups, such as residual streams.
 */
export function channelChain(graph: Graph, flow: ChannelFlow, group: number): ChannelChain | undefined {
  if (flow.groups[group]?.outer || flow.joins.some((join) => join.group === group)) return undefined;
  const own = graph.nodes.filter(({ outputs }) => flow.groupOf.get(outputs[0] ?? '') === group);
  const [maker, norm, ...behind] = own;
  if (!maker || norm?.opType !== 'BatchNormalization' || norm.inputs[0] !== maker.outputs[0])
    return undefined;
  const axes = flow.axes.filter((axis) => axis.group === group);
  const readers = axes.flatMap(({ role, node }) => (role === 'reads' ? [node] : []));
  const makes = axes.some(({ role, node }) => role === 'makes' && node === maker);
  const leads = own
    .flatMap(({ outputs }) => graph.consumersOf(outputs[0] ?? ''))
    .every((node) => own.includes(node) || readers.includes(node));
  return makes && leads && behind.every(givesConstants) ? { norm, behind, readers } : undefined;
}

function givesConstants(node: Node): boolean {
  if (node.opType !== 'AveragePool') return node.opType in ofConstants;
  const counts = intAttribute(node, 'count_include_pad', 0) !== 0;
  return !counts || intsAttribute(node, 'pads', []).every((length) => length === 0);
}
