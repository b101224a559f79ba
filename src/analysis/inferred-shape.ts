import type { Dimension, Graph } from '../graph/graph.ts';
import { intAttribute, intsAttribute, type Node } from '../graph/node.ts';
import { constantTensor } from './constant-tensor.ts';

type Lengths = readonly Dimension[];
type Rule = (of: Node, ask: (input: number) => Lengths | undefined, graph: Graph) => Lengths | undefined;

const same: Rule = (_of, ask) => ask(0);

/** The longer of the operands of an elementwise operator, where they agree. */
const broadcast: Rule = (of, ask) => {
  const shapes = of.inputs.map((_, i) => ask(i));
  if (shapes.some((shape) => !shape)) return undefined;
  const rank = Math.max(...shapes.map((shape) => shape!.length));
  return Array.from({ length: rank }, (_, axis) => {
    const lengths = shapes.map((shape) => {
      const at = axis - rank + shape!.length;
      return at < 0 ? 1 : shape![at];
    });
    const long = lengths.filter((length) => length !== 1);
    if (long.length === 0) return 1;
    return (
      long.find((length) => typeof length === 'number') ?? (new Set(long).size === 1 ? long[0] : undefined)
    );
  });
};

const rules: Readonly<Record<string, Rule>> = {
  ...Object.fromEntries(
    [
      ...['Relu', 'Sigmoid', 'Tanh', 'Erf', 'Gelu', 'Softmax', 'Cast', 'Identity', 'Dropout', 'Clip', 'Neg'],
      ...['LayerNormalization', 'RMSNormalization', 'SimplifiedLayerNormalization', 'BatchNormalization'],
    ].map((opType) => [opType, same]),
  ),
  Add: broadcast,
  Sub: broadcast,
  Mul: broadcast,
  Div: broadcast,
  Where: broadcast,
  MatMul(_of, ask) {
    const [a, b] = [ask(0), ask(1)];
    return a && b?.length === 2 ? [...a.slice(0, -1), b[1]] : undefined;
  },
  Gemm(of, ask) {
    const weight = ask(1);
    return [undefined, weight?.[intAttribute(of, 'transB', 0) === 1 ? 0 : 1]];
  },
  Transpose(of, ask) {
    const shape = ask(0);
    return shape && intsAttribute(of, 'perm', [...shape.keys()].reverse()).map((axis) => shape[axis]);
  },
  Reshape(of, ask, graph) {
    const wanted = constantTensor(graph, of.inputs[1]!)?.toNumbers();
    return wanted && reshaped(Array.from(wanted), ask(0));
  },
  Slice(of, ask, graph) {
    const shape = ask(0);
    const [starts, ends, axes, steps] = [1, 2, 3, 4].map((input) =>
      constantTensor(graph, of.inputs[input] ?? '')?.toNumbers(),
    );
    if (!shape || !starts || !ends || (of.inputs[3] && !axes)) return undefined;
    const cut = new Map(
      Array.from(starts, (start, i): [number, Dimension] => {
        const axis = axes?.[i] ?? i;
        const at = axis < 0 ? axis + shape.length : axis;
        return [at, stretch(shape[at], start, ends[i]!, steps?.[i] ?? (of.inputs[4] ? Number.NaN : 1))];
      }),
    );
    return shape.map((length, axis) => (cut.has(axis) ? cut.get(axis) : length));
  },
  Gather(of, ask) {
    const [table, indices] = [ask(0), ask(1)];
    const axis = intAttribute(of, 'axis', 0);
    return table && indices && [...table.slice(0, axis), ...indices, ...table.slice(axis).slice(1)];
  },
};

/** How many positions a slice takes from an axis. */
function stretch(length: Dimension, start: number, end: number, step: number): number | undefined {
  if (typeof length !== 'number' || !(step > 0)) return undefined;
  const inside = (position: number) =>
    Math.min(Math.max(position < 0 ? position + length : position, 0), length);
  return Math.max(0, Math.ceil((inside(end) - inside(start)) / step));
}

/** @param wanted lengths; 0 copies the one at its place, −1 takes what is left */
function reshaped(wanted: readonly number[], before: Lengths | undefined): Lengths {
  const others = before?.filter((_, axis) => wanted[axis] !== 0);
  const isKnown = others?.every((length) => typeof length === 'number') ?? false;
  const given = wanted.filter((length) => length > 0).reduce((product, length) => product * length, 1);
  const left = isKnown
    ? (others as number[]).reduce((product, length) => product * length, 1) / given
    : undefined;
  return wanted.map((length, axis) => (length > 0 ? length : length === 0 ? before?.[axis] : left));
}

/**
 * The lengths of a value as far as declared shapes of inputs, weights and constants tell: unknown ones are undefined or have a
 * name. `undefined` if not even their number is known.
 */
export function inferredShape(graph: Graph, value: string): Lengths | undefined {
  const known = new Map<string, Lengths | undefined>();
  const ask = (name: string): Lengths | undefined => {
    if (known.has(name)) return known.get(name);
    known.set(name, undefined);
    const producer = graph.producerOf(name);
    const rule = producer?.domain === '' && producer.outputs[0] === name ? rules[producer.opType] : undefined;
    const shape =
      constantTensor(graph, name)?.shape ??
      graph.inputs.find((info) => info.name === name)?.shape ??
      (producer && rule?.(producer, (input) => ask(producer.inputs[input] ?? ''), graph));
    known.set(name, shape);
    return shape;
  };
  return ask(value);
}
