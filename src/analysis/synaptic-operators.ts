import type { Graph } from '../graph/graph.ts';
import type { Node } from '../graph/node.ts';
import { valuesAfter, valuesBefore } from '../graph/reached-values.ts';
import { constantValues } from './constant-values.ts';

/** Positions of the inputs that an operator multiplies and accumulates. */
const multipliedInputs: Readonly<Record<string, readonly number[] | 'all'>> = {
  MatMul: [0, 1],
  Gemm: [0, 1],
  Conv: [0, 1],
  ConvTranspose: [0, 1],
  Einsum: 'all',
};

/** An input of an operator: its position and the value. */
interface Operand {
  readonly input: number;
  readonly value: string;
}

/** An operator that multiplies and accumulates, and that neurons can feed with spikes. */
export interface SynapticOperator {
  readonly node: Node;
  /** `linear`: one operand is a weight. `product`: both come from the input, as in attention. */
  readonly kind: 'linear' | 'product';
  /** Operands that depend on the network's input. */
  readonly operands: readonly Operand[];
  /** What they are multiplied by that does not depend on it. */
  readonly weights: readonly Operand[];
  /** No synaptic operator comes before it: it reads the image itself. */
  readonly first: boolean;
  /** No synaptic operator comes after it: it makes the network's output. */
  readonly head: boolean;
}

/**
 * All synaptic operators of a graph in topological order, found from its structure alone.
 *
 * @param constant the values that do not depend on its inputs, where they are known
 */
export function synapticOperators(
  graph: Graph,
  constant: ReadonlySet<string> = constantValues(graph),
): SynapticOperator[] {
  const found = graph.nodes.flatMap((each) => {
    const multiplied = multipliedBy(each);
    const operands = multiplied.filter(({ value }) => !constant.has(value));
    const weights = multiplied.filter(({ value }) => constant.has(value));
    return operands.length > 0 ? [{ node: each, operands, weights }] : [];
  });
  const synaptic = new Set(found.map((each) => each.node));
  const downstream = valuesAfter(graph, synaptic);
  const upstream = valuesBefore(graph, synaptic);
  return found.map(({ node: each, operands, weights }) => ({
    node: each,
    kind: operands.length === 1 ? 'linear' : 'product',
    operands,
    weights,
    first: operands.every(({ value }) => !downstream.has(value)),
    head: each.outputs.every((name) => !upstream.has(name)),
  }));
}

function multipliedBy(of: Node): Operand[] {
  const positions = of.domain === '' ? multipliedInputs[of.opType] : undefined;
  if (!positions) return [];
  const inputs = of.inputs.map((value, input) => ({ input, value }));
  return positions === 'all' ? inputs : inputs.filter(({ input }) => positions.includes(input));
}
