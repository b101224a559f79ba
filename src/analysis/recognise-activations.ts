import type { Graph } from '../graph/graph.ts';
import type { Node } from '../graph/node.ts';
import { type Activation, activate } from './activation.ts';
import { type ScalarFunction, scalarFunction } from './scalar-function.ts';

/** Operators of a graph that together are one activation function. */
export interface RecognisedActivation {
  readonly activation: Activation;
  /** Name of the operator that makes the result. */
  readonly node: Node;
  /** What it is applied to. */
  readonly input: string;
  /** Its result. */
  readonly output: string;
}

/** Largest number of quantisation levels L that is looked for. */
const mostLevels = 1024;

/** Deviation, relative to the upper bound, up to which a chain of operators counts as an activation. */
const tolerance = 1e-5;

/**
 * Finds ReLU, clipped ReLU (ReLU6) and QCFS activations, however an exporter has written them: a chain of operators on
 * single elements is evaluated on probe values and compared with what the activation gives there.
 * Where chains overlap, the longest one counts.
 */
export function recogniseActivations(graph: Graph): RecognisedActivation[] {
  const found: RecognisedActivation[] = [];
  const used = new Set<Node>();
  for (const each of graph.nodes) {
    if (used.has(each) || !scalarFunction(graph, each)) continue;
    const chain = chainFrom(graph, each);
    const best = longestActivation(chain);
    if (!best) continue;
    const members = chain.slice(0, best.length);
    for (const { node } of members) used.add(node);
    const last = members.at(-1)!.node;
    found.push({ activation: best.activation, node: last, input: chain[0]!.input, output: last.outputs[0]! });
  }
  return found;
}

/** The elementwise operators that follow one another, each the only reader of the one before. */
function chainFrom(graph: Graph, first: Node): ScalarFunction[] {
  const chain: ScalarFunction[] = [];
  for (let next: Node | undefined = first; next; ) {
    const step = scalarFunction(graph, next);
    if (!step || (chain.length > 0 && step.input !== chain.at(-1)!.node.outputs[0])) break;
    chain.push(step);
    const output: string = next.outputs[0]!;
    const readers: readonly Node[] = graph.consumersOf(output);
    next = readers.length === 1 && !graph.isOutput(output) ? readers[0] : undefined;
  }
  return chain;
}

function longestActivation(
  chain: readonly ScalarFunction[],
): { activation: Activation; length: number } | undefined {
  for (let length = chain.length; length > 0; length--) {
    const steps = chain.slice(0, length);
    const activation = activationOf((x) => steps.reduce((value, { apply }) => apply(value), x));
    if (activation) return { activation, length };
  }
  return undefined;
}

/** The activation that a function of one variable is, judged by its values. */
function activationOf(f: (x: number) => number): Activation | undefined {
  const upper = f(1e9);
  if (!(upper > 0) || Math.abs(f(-1e9)) > tolerance * Math.min(upper, 1)) return undefined;
  if (upper > 1e8) return agrees(f, { kind: 'relu' }, 10);
  const probes = Array.from({ length: 4 * mostLevels }, (_, i) => f((upper * i) / (4 * mostLevels)));
  const lowest = probes.find((value) => value > tolerance * upper) ?? upper;
  const levels = Math.round(upper / lowest);
  return (
    agrees(f, { kind: 'clip', upper }, upper) ??
    (levels <= mostLevels ? agrees(f, { kind: 'qcfs', upper, levels }, upper) : undefined)
  );
}

function agrees(f: (x: number) => number, activation: Activation, range: number): Activation | undefined {
  // An irrational step keeps the probes off the edges of a staircase, where rounding decides.
  const step = range / (700 * Math.SQRT2);
  for (let i = -500; i <= 1500; i++) {
    const x = (i + 0.1234) * step;
    if (Math.abs(f(x) - activate(activation, x)) > tolerance * range) return undefined;
  }
  return activation;
}
