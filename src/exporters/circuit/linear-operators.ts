import type { Graph } from '../../graph/graph.ts';
import { floatAttribute, intAttribute, intsAttribute, type Node } from '../../graph/node.ts';
import { sizeOf } from '../../graph/shape.ts';
import { Tensor } from '../../graph/tensor.ts';
import { constantValue } from '../../passes/constant-value.ts';
import type { CircuitShape } from './circuit.ts';
import type { CircuitBuilder, Term, Windows } from './circuit-builder.ts';
import { Unsuited } from './unsuited.ts';

/** An operator between neurons, and what it reads. */
interface Reading {
  readonly builder: CircuitBuilder;
  readonly graph: Graph;
  readonly opset: number;
  readonly node: Node;
  /** What is carried by spikes, by value. */
  readonly terms: ReadonlyMap<string, readonly Term[]>;
  /** Shape of a value for one sample. */
  readonly shapeOf: (value: string) => CircuitShape;
}

type LinearOperator = (reading: Reading) => readonly Term[];

/** Operators of a circuit by the ONNX operator that they stand for. */
export const linearOperators: Readonly<Record<string, LinearOperator>> = {
  Identity: (each) => carried(each, 0),
  Dropout: (each) => carried(each, 0),
  Conv: convolution,
  Gemm: (each) => {
    if (intAttribute(each.node, 'transA', 0) === 1) throw new Unsuited('a turned left operand');
    if (floatAttribute(each.node, 'alpha', 1) !== 1 || floatAttribute(each.node, 'beta', 1) !== 1)
      throw new Unsuited('alpha or beta');
    return matrix(each, intAttribute(each.node, 'transB', 0) === 1, constant(each, 2));
  },
  MatMul: (each) => matrix(each, false, undefined),
  Add: addition,
  Sum: addition,
  Mul: (each) => scaled(each, (value, factor) => value * factor),
  Div: (each) => {
    if (!each.terms.has(each.node.inputs[0] ?? '')) throw new Unsuited('a division by spikes');
    return scaled(each, (value, factor) => value / factor);
  },
  AveragePool: averagePool,
  GlobalAveragePool: (each) => globalMean(each, 'maps'),
  ReduceMean: (each) => {
    const axes = constant(each, 1)?.toNumbers() ?? intsAttribute(each.node, 'axes', []);
    const rank = each.shapeOf(each.node.inputs[0] ?? '').length + 1;
    const places = [...axes]
      .map((axis) => (axis + rank) % rank)
      .sort()
      .join();
    if (rank !== 4 || places !== '2,3') throw new Unsuited('a mean over other axes than height and width');
    return globalMean(each, intAttribute(each.node, 'keepdims', 1) === 1 ? 'maps' : 'vector');
  },
  Flatten: flattened,
  Reshape: flattened,
  Squeeze: flattened,
  Slice: everyOther,
  Pad: paddedChannels,
};

function carried({ node, terms }: Reading, at: number): readonly Term[] {
  const found = terms.get(node.inputs[at] ?? '');
  if (!found) throw new Unsuited('spikes where weights are, or the other way round');
  return found;
}

/** A weight, also one that is computed from others, such as a turned one. */
function constant({ graph, opset, node, terms }: Reading, at: number): Tensor | undefined {
  const name = node.inputs[at];
  if (name === undefined || name === '' || terms.has(name)) return undefined;
  const found = constantValue(graph, opset, name);
  return found && Tensor.float64([...found.shape], Float64Array.from(found.data));
}

function convolution(each: Reading): readonly Term[] {
  const weight = constant(each, 1);
  if (weight?.shape.length !== 4)
    throw new Unsuited('a convolution whose weight is no constant of two dimensions');
  const [out = 0, , height = 1, width = 1] = weight.shape;
  const given = {
    ...windows(each.node, [height, width]),
    weight: weight.toNumbers(),
    out,
    groups: intAttribute(each.node, 'group', 1),
  };
  const bias = constant(each, 2)?.toNumbers();
  return carried(each, 0).map((term, i) =>
    each.builder.convolve(each.node.name, term, { ...given, ...(i === 0 && bias && { bias }) }),
  );
}

function windows(node: Node, kernel: readonly [number, number]): Windows {
  const pads = intsAttribute(node, 'pads', [0, 0, 0, 0]);
  const auto = node.attributes.get('auto_pad');
  if (auto && !(auto.kind === 'string' && ['NOTSET', 'VALID', ''].includes(auto.value)))
    throw new Unsuited('automatic padding');
  if (pads[0] !== pads[2] || pads[1] !== pads[3]) throw new Unsuited('padding on one side alone');
  const pair = (name: string): [number, number] => {
    const [a = 1, b = a] = intsAttribute(node, name, [1, 1]);
    return [a, b];
  };
  return {
    kernel,
    stride: pair('strides'),
    dilation: pair('dilations'),
    padding: [pads[0] ?? 0, pads[1] ?? 0],
  };
}

function matrix(each: Reading, isTurned: boolean, bias: Tensor | undefined): readonly Term[] {
  const weight = constant(each, 1);
  if (weight?.shape.length !== 2) throw new Unsuited('a product whose weight is no constant matrix');
  const terms = carried(each, 0);
  if (each.shapeOf(each.node.inputs[0] ?? '').length !== 1) throw new Unsuited('a product with several rows');
  const [rows = 0, columns = 0] = weight.shape;
  const numbers = weight.toNumbers();
  const turned = isTurned
    ? numbers
    : Float64Array.from(numbers, (_, i) => numbers[(i % rows) * columns + Math.floor(i / rows)] ?? 0);
  const out = isTurned ? rows : columns;
  const full = bias && spread(bias, [out]);
  return terms.map((term, i) =>
    each.builder.connect(each.node.name, term, turned, i === 0 ? full : undefined),
  );
}

/** Sums of what spikes carry, and biases. */
function addition(each: Reading): readonly Term[] {
  const { node, terms, graph, builder, shapeOf } = each;
  const read = node.inputs.flatMap((name) => terms.get(name) ?? []);
  for (const [i, name] of node.inputs.entries()) {
    if (terms.has(name)) continue;
    const bias = constant(each, i);
    if (!bias) throw new Unsuited('something added that is no constant');
    const alone = node.inputs.every((other) => !terms.has(other) || graph.consumersOf(other).length === 1);
    const [first] = read;
    const channels = spread(bias, shapeOf(node.outputs[0] ?? ''), 'channels');
    if (!first || !alone || !builder.addBias(first, channels))
      throw new Unsuited('a constant that no weights stand before');
  }
  return read;
}

function scaled(each: Reading, of: (value: number, factor: number) => number): readonly Term[] {
  const { node, terms, shapeOf, builder } = each;
  const at = terms.has(node.inputs[0] ?? '') ? 0 : 1;
  const factor = constant(each, 1 - at);
  if (!factor) throw new Unsuited('a product of two values');
  const factors = spread(factor, shapeOf(node.outputs[0] ?? ''), 'channels');
  return carried(each, at).map((term) => {
    if (builder.shapeOf(term).length === 0) throw new Unsuited('a scalar');
    return { node: term.node, scale: term.scale.map((value, c) => of(value, factors[c] ?? 1)) };
  });
}

function averagePool(each: Reading): readonly Term[] {
  const [height = 1, width = 1] = intsAttribute(each.node, 'kernel_shape', []);
  const given = windows(each.node, [height, width]);
  const isPadded = given.padding.some((length) => length > 0);
  if (isPadded && intAttribute(each.node, 'count_include_pad', 0) === 0)
    throw new Unsuited('means that leave padding out');
  if (intAttribute(each.node, 'ceil_mode', 0) === 1) throw new Unsuited('windows over the edge');
  return carried(each, 0).map((term) => each.builder.average(each.node.name, term, given));
}

function globalMean(each: Reading, form: 'maps' | 'vector'): readonly Term[] {
  return carried(each, 0).map((term) => {
    const [, height = 1, width = 1] = each.builder.shapeOf(term);
    const whole = {
      kernel: [height, width],
      stride: [height, width],
      padding: [0, 0],
      dilation: [1, 1],
    } as const;
    const made = each.builder.average(each.node.name, term, whole);
    return form === 'maps' ? made : each.builder.flatten(`${each.node.name}.flat`, made);
  });
}

function flattened(each: Reading): readonly Term[] {
  const [from, to] = [each.shapeOf(each.node.inputs[0] ?? ''), each.shapeOf(each.node.outputs[0] ?? '')];
  if (from.join() === to.join()) return carried(each, 0);
  if (to.length !== 1 || to[0] !== sizeOf(from))
    throw new Unsuited('a change of shape other than into a vector');
  return carried(each, 0).map((term) => each.builder.flatten(each.node.name, term));
}

/** Every so many places of maps. */
function everyOther(each: Reading): readonly Term[] {
  const [starts, ends, axes, steps] = [1, 2, 3, 4].map((at) => [...(constant(each, at)?.toNumbers() ?? [])]);
  const rank = each.shapeOf(each.node.inputs[0] ?? '').length + 1;
  const stride: [number, number] = [1, 1];
  for (const [i, axis] of (axes ?? []).entries()) {
    const at = ((axis + rank) % rank) - 2;
    const isWhole = starts?.[i] === 0 && (ends?.[i] ?? 0) >= 2 ** 20;
    if (rank !== 4 || (at !== 0 && at !== 1) || !isWhole) throw new Unsuited('a part of a value');
    stride[at] = steps?.[i] ?? 1;
  }
  if (!axes?.length) throw new Unsuited('a part of a value');
  return carried(each, 0).map((term) => each.builder.pass(each.node.name, term, stride));
}

/** Channels that are always 0 before and behind those that there are. */
function paddedChannels(each: Reading): readonly Term[] {
  const pads = [...(constant(each, 1)?.toNumbers() ?? intsAttribute(each.node, 'pads', []))];
  const value = constant(each, 2)?.toNumbers()[0] ?? 0;
  const [before = 0, after = 0] = [pads[1], pads[pads.length / 2 + 1]];
  const others = pads.some((length, i) => length !== 0 && i !== 1 && i !== pads.length / 2 + 1);
  if (others || value !== 0 || before < 0 || after < 0)
    throw new Unsuited('padding of other axes than channels');
  return carried(each, 0).map((term) => {
    const [channels = 0] = each.builder.shapeOf(term);
    return each.builder.pass(each.node.name, term, [1, 1], before, channels + before + after);
  });
}

/** A constant that is broadcast to a value, for each of its channels. @throws Unsuited if it differs within one */
function spread(tensor: Tensor, shape: CircuitShape, kind: 'channels' | 'all' = 'all'): Float64Array {
  const numbers = tensor.toNumbers();
  const axes = tensor.shape.filter((length) => length !== 1);
  const channels = shape[0] ?? 1;
  if (axes.length === 0) return new Float64Array(channels).fill(numbers[0] ?? 0);
  const behind = shape.length - 1;
  const at = tensor.shape.length - 1 - behind;
  const isChannels =
    axes.length === 1 &&
    tensor.shape[at] === channels &&
    tensor.shape.slice(at + 1).every((length) => length === 1);
  if (isChannels || (kind === 'all' && axes.length === 1 && axes[0] === channels)) return numbers;
  throw new Unsuited('a constant that differs within a channel');
}
