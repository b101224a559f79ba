import type { Graph } from '../graph/graph.ts';
import { floatAttribute, type Node } from '../graph/node.ts';
import { scalarConstant } from './scalar-constant.ts';

/** A node that maps each element of one value by a fixed function of one variable. */
export interface ScalarFunction {
  readonly node: Node;
  /** The value it maps. */
  readonly input: string;
  readonly apply: (x: number) => number;
}

const unary: Readonly<Record<string, (x: number) => number>> = {
  Relu: (x) => Math.max(x, 0),
  Floor: Math.floor,
};

const binary: Readonly<Record<string, (a: number, b: number) => number>> = {
  Add: (a, b) => a + b,
  Sub: (a, b) => a - b,
  Mul: (a, b) => a * b,
  Div: (a, b) => a / b,
  Min: Math.min,
  Max: Math.max,
};

/** A node as a function of one variable: Relu, Floor, Clip, or arithmetic with a constant of one element. */
export function scalarFunction(graph: Graph, node: Node): ScalarFunction | undefined {
  const { opType, domain, inputs } = node;
  if (domain !== '' || inputs[0] === undefined) return undefined;
  if (unary[opType]) return { node, input: inputs[0], apply: unary[opType] };
  if (opType === 'Clip') return clip(graph, node, inputs[0]);
  const apply = binary[opType];
  if (!apply || inputs.length !== 2) return undefined;
  const [a, b] = inputs.map((name) => scalarConstant(graph, name));
  if (b !== undefined && a === undefined) return { node, input: inputs[0], apply: (x) => apply(x, b) };
  if (a !== undefined && b === undefined) return { node, input: inputs[1]!, apply: (x) => apply(a, x) };
  return undefined;
}

/** Bounds are inputs since opset 11 and were attributes before. */
function clip(graph: Graph, node: Node, input: string): ScalarFunction | undefined {
  const bound = (key: string, position: number, fallback: number) => {
    const name = node.inputs[position];
    return name ? scalarConstant(graph, name) : floatAttribute(node, key, fallback);
  };
  const lower = bound('min', 1, Number.NEGATIVE_INFINITY);
  const upper = bound('max', 2, Number.POSITIVE_INFINITY);
  if (lower === undefined || upper === undefined) return undefined;
  return { node, input, apply: (x) => Math.min(Math.max(x, lower), upper) };
}
