import type { Graph } from '../graph/graph.ts';
import { describeNode, intAttribute, intsAttribute, type Node } from '../graph/node.ts';
import { constantTensor } from './constant-tensor.ts';
import { constantValues } from './constant-values.ts';

/** Values that have the same channels, because they are computed from each other or summed. */
export interface ChannelGroup {
  readonly channels: number;
  /** Whether these are channels of the network's inputs or outputs. */
  readonly outer: boolean;
}

/** An axis of a constant that has a place for each channel of a group, or one for each place of each channel. */
export interface ChannelAxis {
  readonly node: Node;
  readonly input: number;
  readonly axis: number;
  readonly group: number;
  /** A weight `makes` channels along one axis and `reads` those of another group along another; other constants have a number `each`. */
  readonly role: 'makes' | 'reads' | 'each';
}

/** Channels of other groups, one behind the other, with zeros around where that is a Pad. */
export interface ChannelJoin {
  readonly node: Node;
  readonly parts: readonly (number | { readonly zeros: number })[];
  readonly group: number;
}

/** How channels go through a network of convolutions and products with weights. */
export interface ChannelFlow {
  readonly groups: readonly ChannelGroup[];
  /** Group of each value that has channels. */
  readonly groupOf: ReadonlyMap<string, number>;
  readonly axes: readonly ChannelAxis[];
  readonly joins: readonly ChannelJoin[];
  /** Convolutions with a kernel for each channel. */
  readonly depthwise: readonly { readonly node: Node; readonly group: number }[];
  /** Operators whose channels are not understood, one line each. */
  readonly problems: readonly string[];
}

/** Operators that make each channel from the same channel of their first input. */
const through = new Set([
  ...[
    'Identity',
    'Dropout',
    'Cast',
    'Relu',
    'LeakyRelu',
    'Clip',
    'Sigmoid',
    'HardSigmoid',
    'HardSwish',
    'Tanh',
  ],
  ...['Elu', 'Softplus', 'Gelu', 'Abs', 'Neg', 'Floor', 'Round', 'QuantizeLinear', 'DequantizeLinear'],
  ...['MaxPool', 'AveragePool', 'GlobalAveragePool', 'GlobalMaxPool', 'Flatten', 'BatchNormalization'],
]);

const elementwise = new Set(['Add', 'Sub', 'Mul', 'Div', 'Sum', 'Max', 'Min', 'PRelu']);

/**
 * Follows the channels, axis 1 of activations, from operator to operator. Understood are Conv, Gemm and MatMul with constant weights, what
 * works channel by channel or place by place, sums, Pad and Concat of channels, and Flatten, behind which a channel has several places.
 */
export function channelFlow(graph: Graph): ChannelFlow {
  return new FlowFinder(graph).find();
}

class FlowFinder {
  readonly #graph: Graph;
  readonly #constant: ReadonlySet<string>;
  readonly #of = new Map<string, number>();
  /** A group's own number, or that of the group that it was joined with. */
  readonly #joined: number[] = [];
  readonly #channels: number[] = [];
  readonly #outer = new Set<number>();
  readonly #axes: ChannelAxis[] = [];
  readonly #joins: ChannelJoin[] = [];
  readonly #depthwise: { node: Node; group: number }[] = [];
  readonly #problems: string[] = [];

  constructor(graph: Graph) {
    this.#graph = graph;
    this.#constant = constantValues(graph);
  }

  find(): ChannelFlow {
    for (const { name, shape } of this.#graph.inputs) {
      if (typeof shape?.[1] === 'number') this.#outer.add(this.#enter(name, shape[1]));
    }
    for (const node of this.#graph.nodes) if (!this.#isConstant(node)) this.#follow(node);
    for (const { name } of this.#graph.outputs) {
      const group = this.#of.get(name);
      if (group !== undefined) this.#outer.add(group);
    }
    const root = (group: number) => this.#root(group);
    const outer = new Set([...this.#outer].map(root));
    return {
      groups: this.#channels.map((channels, group) => ({ channels, outer: outer.has(root(group)) })),
      groupOf: new Map([...this.#of].map(([name, group]) => [name, root(group)])),
      axes: this.#axes.map((each) => ({ ...each, group: root(each.group) })),
      joins: this.#joins.map(({ node, parts, group }) => ({
        node,
        parts: parts.map((part) => (typeof part === 'number' ? root(part) : part)),
        group: root(group),
      })),
      depthwise: this.#depthwise.map(({ node, group }) => ({ node, group: root(group) })),
      problems: this.#problems,
    };
  }

  #isConstant({ inputs }: Node): boolean {
    return inputs.every((name) => name === '' || this.#constant.has(name));
  }

  #enter(value: string, channels: number): number {
    const group = this.#joined.push(this.#joined.length) - 1;
    this.#channels.push(channels);
    this.#of.set(value, group);
    return group;
  }

  #root(group: number): number {
    const parent = this.#joined[group] ?? group;
    return parent === group ? group : this.#root(parent);
  }

  #follow(node: Node): void {
    const understood =
      node.domain === '' && (this.#product(node) || this.#passes(node) || this.#joinsUp(node));
    if (!understood) this.#problems.push(`${describeNode(node)}: its channels are not understood`);
  }

  /** Conv, Gemm and MatMul. */
  #product(node: Node): boolean {
    const { opType, inputs, outputs } = node;
    const [value = '', weight = ''] = inputs;
    const group = this.#of.get(value);
    const shape = constantTensor(this.#graph, weight)?.shape;
    if (!['Conv', 'Gemm', 'MatMul'].includes(opType) || group === undefined || !shape) return false;
    const channels = this.#channels[group] ?? 0;
    if (opType === 'Conv' && intAttribute(node, 'group', 1) !== 1)
      return this.#byChannel(node, group, channels);
    const [made, read] = opType === 'Conv' || intAttribute(node, 'transB', 0) === 1 ? [0, 1] : [1, 0];
    if (intAttribute(node, 'transA', 0) !== 0 || (opType === 'MatMul' && shape.length !== 2)) return false;
    if ((shape[read] ?? 0) % channels !== 0) return false;
    const next = this.#enter(outputs[0] ?? '', shape[made] ?? 0);
    this.#axes.push({ node, input: 1, axis: made, group: next, role: 'makes' });
    this.#axes.push({ node, input: 1, axis: read, group, role: 'reads' });
    return this.#each(node, 2, next);
  }

  #byChannel(node: Node, group: number, channels: number): boolean {
    const shape = constantTensor(this.#graph, node.inputs[1] ?? '')?.shape ?? [];
    if (intAttribute(node, 'group', 1) !== channels || shape[0] !== channels) return false;
    this.#of.set(node.outputs[0] ?? '', group);
    this.#depthwise.push({ node, group });
    this.#axes.push({ node, input: 1, axis: 0, group, role: 'each' });
    return this.#each(node, 2, group);
  }

  /** A constant with a number for each channel, or one for all. @returns whether it is understood */
  #each(node: Node, input: number, group: number): boolean {
    const shape = constantTensor(this.#graph, node.inputs[input] ?? '')?.shape;
    if (!shape) return !node.inputs[input];
    const long = shape.flatMap((length, axis) => (length > 1 ? [{ length, axis }] : []));
    if (long.length === 0 && this.#channels[group] !== 1) return true;
    const axis = long[0]?.axis ?? 0;
    if (long.length > 1 || (shape[axis] ?? 1) % (this.#channels[group] ?? 1) !== 0) return false;
    this.#axes.push({ node, input, axis, group, role: 'each' });
    return true;
  }

  /** What keeps the channels of its inputs apart. */
  #passes(node: Node): boolean {
    const { opType, inputs, outputs } = node;
    const [first = ''] = inputs;
    const known = inputs.flatMap((name) => this.#of.get(name) ?? []);
    if (known.length === 0) return false;
    const sums = elementwise.has(opType);
    const constants = inputs.flatMap((name, i) => (name && this.#constant.has(name) ? [i] : []));
    if (known.length + constants.length !== inputs.filter(Boolean).length) return false;
    const keeps = this.#movesPlaces(node) || sums || (through.has(opType) && this.#of.has(first));
    const group = known[0] as number;
    if (!keeps || !this.#sameChannels(known)) return false;
    const byChannel = sums || opType === 'BatchNormalization' ? constants : [];
    if (!byChannel.every((input) => this.#each(node, input, group))) return false;
    for (const name of outputs) if (name) this.#of.set(name, group);
    return true;
  }

  #sameChannels([first = 0, ...others]: readonly number[]): boolean {
    for (const other of others) {
      if (this.#channels[other] !== this.#channels[first]) return false;
      this.#joined[this.#root(other)] = this.#root(first);
    }
    return true;
  }

  /** Operators that choose or average places, and flatten: their other inputs and attributes say so. */
  #movesPlaces(node: Node): boolean {
    const numbers = (input: number) => {
      const tensor = constantTensor(this.#graph, node.inputs[input] ?? '');
      return tensor ? [...tensor.toNumbers()] : undefined;
    };
    const isPlace = (axis: number) => axis > 1 || (axis < 0 && axis >= -2);
    switch (node.opType) {
      case 'Slice':
        return numbers(3)?.every(isPlace) ?? false;
      case 'ReduceMean':
        return (numbers(1) ?? intsAttribute(node, 'axes', [])).every(isPlace);
      case 'Reshape':
        return numbers(1)?.length === 2 && numbers(1)?.[1] === -1;
      case 'Pad':
        return padsOf(numbers(1))?.every((length) => length === 0) ?? false;
      default:
        return false;
    }
  }

  /** Channels that others are put beside. */
  #joinsUp(node: Node): boolean {
    const { opType, inputs, outputs } = node;
    const groups = inputs.map((name) => this.#of.get(name));
    const [first] = groups;
    let parts: ChannelJoin['parts'];
    if (
      opType === 'Concat' &&
      intAttribute(node, 'axis', 0) === 1 &&
      groups.every((each) => each !== undefined)
    ) {
      parts = groups as number[];
    } else if (opType === 'Pad' && first !== undefined && !inputs[2] && !inputs[3]) {
      const pads = constantTensor(this.#graph, inputs[1] ?? '');
      const around = padsOf(pads && [...pads.toNumbers()]);
      if (!around) return false;
      parts = [{ zeros: around[0] ?? 0 }, first, { zeros: around[1] ?? 0 }];
    } else return false;
    const lengths = parts.map((part) =>
      typeof part === 'number' ? (this.#channels[part] ?? 0) : part.zeros,
    );
    const group = this.#enter(
      outputs[0] ?? '',
      lengths.reduce((sum, each) => sum + each, 0),
    );
    this.#joins.push({ node, parts, group });
    return true;
  }
}

/** How many channels a Pad puts before and behind, from its pads of all axes. */
function padsOf(pads: readonly number[] | undefined): readonly [number, number] | undefined {
  if (!pads) return undefined;
  return [pads[1] ?? 0, pads[pads.length / 2 + 1] ?? 0];
}
