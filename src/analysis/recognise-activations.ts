import type { Graph } from '../graph/graph.ts';
import type { Node } from '../graph/node.ts';
import { type Activation, activate } from './activation.ts';
import { type ElementwiseStep, elementwiseStep } from './elementwise-step.ts';

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

/** Activations are written with fewer operators. */
const mostOperators = 16;

/**
 * Finds ReLU, clipped ReLU (ReLU6) and QCFS activations, however an exporter has written them: operators on single elements
 * that lead from one value to another are evaluated on probe values and compared with what the activation gives there.
 * Where such functions overlap, the one of most operators counts.
 */
export function recogniseActivations(graph: Graph): RecognisedActivation[] {
  const steps = stepsOf(graph);
  const found: RecognisedActivation[] = [];
  const used = new Set<Node>();
  for (const first of steps.values()) {
    const input = onlyVariable(first);
    if (input === undefined || used.has(first.node)) continue;
    const best = largestActivation(functionsFrom(graph, steps, first, input), input);
    if (!best) continue;
    for (const { node } of best.members) used.add(node);
    const last = best.members.at(-1)!.node;
    found.push({ activation: best.activation, node: last, input, output: last.outputs[0]! });
  }
  return found;
}

/** The operators on single elements, in topological order. */
function stepsOf(graph: Graph): Map<Node, ElementwiseStep> {
  const steps = graph.nodes.flatMap((node) => elementwiseStep(graph, node) ?? []);
  return new Map(steps.map((step) => [step.node, step]));
}

/** The value that a step depends on, if it is one alone. */
function onlyVariable({ operands }: ElementwiseStep): string | undefined {
  const variables = new Set(operands.filter((each) => typeof each === 'string'));
  return variables.size === 1 ? [...variables][0] : undefined;
}

/**
 * The functions of one value that begin with a step, each as the steps that compute it, in topological order; the last gives the result.
 * The values between are read by no others. Those of most steps come first.
 */
function functionsFrom(
  graph: Graph,
  steps: ReadonlyMap<Node, ElementwiseStep>,
  first: ElementwiseStep,
  input: string,
): ElementwiseStep[][] {
  const region = regionFrom(graph, steps, first, input);
  const functions = [...region.values()].flatMap((last) => {
    const members = stepsBefore(last, region);
    const isWhole = members.includes(first) && keepsInside(graph, members, last);
    return isWhole ? [members] : [];
  });
  return functions.sort((a, b) => b.length - a.length);
}

/** The steps that compute with nothing but one value, by what they write, in topological order. */
function regionFrom(
  graph: Graph,
  steps: ReadonlyMap<Node, ElementwiseStep>,
  first: ElementwiseStep,
  input: string,
): Map<string, ElementwiseStep> {
  const region = new Map([[first.node.outputs[0]!, first]]);
  const isKnown = (each: ElementwiseStep['operands'][number]) =>
    typeof each !== 'string' || each === input || region.has(each);
  // Beside the first step, others may read the same value: x·(x > 0).
  const open = [input, first.node.outputs[0]!];
  for (let value = open.shift(); value !== undefined; value = open.shift()) {
    for (const reader of graph.consumersOf(value)) {
      const step = steps.get(reader);
      const output = reader.outputs[0]!;
      if (!step || region.has(output) || region.size >= mostOperators) continue;
      if (!step.operands.every(isKnown)) continue;
      region.set(output, step);
      open.push(output);
    }
  }
  return region;
}

function stepsBefore(last: ElementwiseStep, region: ReadonlyMap<string, ElementwiseStep>): ElementwiseStep[] {
  const members = new Set<ElementwiseStep>();
  const visit = (step: ElementwiseStep) => {
    for (const each of step.operands) {
      const before = typeof each === 'string' ? region.get(each) : undefined;
      if (before && !members.has(before)) visit(before);
    }
    members.add(step);
  };
  visit(last);
  return [...members];
}

function keepsInside(graph: Graph, members: readonly ElementwiseStep[], last: ElementwiseStep): boolean {
  const nodes = new Set(members.map(({ node }) => node));
  return members.every(({ node }) => {
    const output = node.outputs[0]!;
    if (node === last.node) return true;
    return !graph.isOutput(output) && graph.consumersOf(output).every((reader) => nodes.has(reader));
  });
}

function largestActivation(
  functions: readonly ElementwiseStep[][],
  input: string,
): { activation: Activation; members: readonly ElementwiseStep[] } | undefined {
  for (const members of functions) {
    const activation = activationOf((x) => valueAt(members, input, x));
    if (activation) return { activation, members };
  }
  return undefined;
}

/** What steps make of one number. */
function valueAt(members: readonly ElementwiseStep[], input: string, x: number): number {
  const values = new Map([[input, x]]);
  let value = x;
  for (const { node, operands, apply } of members) {
    value = apply(...operands.map((each) => (typeof each === 'string' ? values.get(each) : each)));
    values.set(node.outputs[0]!, value);
  }
  return value;
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
