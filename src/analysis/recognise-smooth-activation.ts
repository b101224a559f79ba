import type { Graph } from '../graph/graph.ts';
import { activate, type SmoothActivation, smoothActivations } from './activation.ts';
import { erf } from './error-function.ts';
import { scalarConstant } from './scalar-constant.ts';

/** A smooth activation function and what it is applied to. */
export interface RecognisedSmoothActivation {
  readonly kind: SmoothActivation;
  readonly input: string;
}

/** Deviation up to which an expression counts as an activation. */
const tolerance = 1e-5;

/** Longest chain of operators that is looked at. */
const deepest = 12;

const functions: Readonly<Record<string, (a: number, b: number) => number>> = {
  Add: (a, b) => a + b,
  Sub: (a, b) => a - b,
  Mul: (a, b) => a * b,
  Div: (a, b) => a / b,
  Erf: erf,
  Sigmoid: (a) => activate({ kind: 'sigmoid' }, a),
  Gelu: (a) => activate({ kind: 'gelu' }, a),
  Identity: (a) => a,
};

/**
 * Recognises a value that is GELU, SiLU or a sigmoid of another one, however an exporter has written it: the operators on
 * single elements that lead to it are evaluated on probe values and compared with what the activation gives there.
 */
export function recogniseSmoothActivation(
  graph: Graph,
  output: string,
): RecognisedSmoothActivation | undefined {
  const roots = new Set<string>();
  const evaluate = expressionOf(graph, output, roots, 0);
  const [input] = roots;
  if (roots.size !== 1 || input === output) return undefined;
  const probes = Array.from({ length: 64 }, (_, i) => (i - 31.7) / 4);
  const kind = smoothActivations.find((each) =>
    probes.every((x) => Math.abs(evaluate(x) - activate({ kind: each }, x)) < tolerance),
  );
  return kind && { kind, input: input! };
}

/** A value as a function of one variable; collects the values that stand for the variable. */
function expressionOf(graph: Graph, value: string, roots: Set<string>, depth: number): (x: number) => number {
  const constant = scalarConstant(graph, value);
  if (constant !== undefined) return () => constant;
  const producer = graph.producerOf(value);
  const apply = producer && functions[producer.opType];
  const isVariable = !apply || depth === deepest || hasTensorConstant(graph, producer.inputs);
  if (isVariable) {
    roots.add(value);
    return (x) => x;
  }
  const [a, b] = producer.inputs.map((name) => expressionOf(graph, name, roots, depth + 1));
  return (x) => apply(a!(x), b?.(x) ?? 0);
}

/** Whether an operand is a constant of more than one element, as the bias of a layer is. */
function hasTensorConstant(graph: Graph, inputs: readonly string[]): boolean {
  return inputs.some((name) => graph.initializers.has(name) && scalarConstant(graph, name) === undefined);
}
