import { onnxDataType } from '../graph/data-type.ts';
import type { Graph } from '../graph/graph.ts';
import { floatAttribute, type Node } from '../graph/node.ts';
import { uniformConstant } from './uniform-constant.ts';

/** A node that makes each element of its output of the elements at the same place of its inputs. */
export interface ElementwiseStep {
  readonly node: Node;
  /** What it reads: values of the graph by name, and constants whose elements are all the same. Omitted inputs are undefined. */
  readonly operands: readonly (string | number | undefined)[];
  /** The element of its output, from those of its operands; booleans are 0 and 1. */
  readonly apply: (...operands: readonly (number | undefined)[]) => number;
}

type Operation = (...operands: readonly number[]) => number;

const truth =
  (is: (a: number, b: number) => boolean): Operation =>
  (a, b) =>
    is(a!, b!) ? 1 : 0;

const operations: Readonly<Record<string, Operation>> = {
  Relu: (x) => Math.max(x!, 0),
  Abs: (x) => Math.abs(x!),
  Neg: (x) => -x!,
  Sign: (x) => Math.sign(x!),
  Floor: (x) => Math.floor(x!),
  Identity: (x) => x!,
  Not: (x) => (x === 0 ? 1 : 0),
  PRelu: (x, slope) => (x! < 0 ? x! * slope! : x!),
  Add: (a, b) => a! + b!,
  Sub: (a, b) => a! - b!,
  Mul: (a, b) => a! * b!,
  Div: (a, b) => a! / b!,
  Min: Math.min,
  Max: Math.max,
  Sum: (...all) => all.reduce((sum, each) => sum + each, 0),
  Mean: (...all) => all.reduce((sum, each) => sum + each, 0) / all.length,
  Greater: truth((a, b) => a > b),
  GreaterOrEqual: truth((a, b) => a >= b),
  Less: truth((a, b) => a < b),
  LessOrEqual: truth((a, b) => a <= b),
  Equal: truth((a, b) => a === b),
  And: truth((a, b) => a !== 0 && b !== 0),
  Or: truth((a, b) => a !== 0 || b !== 0),
  Where: (condition, a, b) => (condition === 0 ? b! : a!),
};

const floats = new Set((['float32', 'float64', 'float16', 'bfloat16'] as const).map(onnxDataType));

/** Operators whose attributes say which function they are. */
const withAttributes: Readonly<Record<string, (of: Node) => ElementwiseStep['apply']>> = {
  LeakyRelu: (of) => belowZero(floatAttribute(of, 'alpha', 0.01), (x) => x),
  Elu: (of) => belowZero(floatAttribute(of, 'alpha', 1), Math.expm1),
  ThresholdedRelu(of) {
    const alpha = floatAttribute(of, 'alpha', 1);
    return (x) => (x! > alpha ? x! : 0);
  },
  Clip(of) {
    // Bounds are inputs since opset 11 and were attributes before.
    const lowest = floatAttribute(of, 'min', Number.NEGATIVE_INFINITY);
    const highest = floatAttribute(of, 'max', Number.POSITIVE_INFINITY);
    return (x, lower = lowest, upper = highest) => Math.min(Math.max(x!, lower), upper);
  },
  Cast: (of) => castTo(of.attributes.get('to')?.value),
};

function belowZero(alpha: number, f: (x: number) => number): ElementwiseStep['apply'] {
  return (x) => (x! < 0 ? alpha * f(x!) : x!);
}

/** @param type number of an element type in ONNX */
function castTo(type: unknown): ElementwiseStep['apply'] {
  if (type === onnxDataType('bool')) return (x) => (x === 0 ? 0 : 1);
  const isFloat = floats.has(type as number);
  return (x) => (isFloat ? x! : Math.trunc(x!));
}

/** A node as a function of single elements; `undefined` if it is none, or is not known here. */
export function elementwiseStep(graph: Graph, node: Node): ElementwiseStep | undefined {
  const { opType, domain, inputs } = node;
  if (domain !== '' || inputs.length === 0) return undefined;
  const apply =
    withAttributes[opType]?.(node) ?? (operations[opType] as ElementwiseStep['apply'] | undefined);
  if (!apply) return undefined;
  const operands = inputs.map((name) => (name ? (uniformConstant(graph, name) ?? name) : undefined));
  return { node, operands, apply };
}
