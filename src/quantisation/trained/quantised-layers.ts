import { constantTensor } from '../../analysis/constant-tensor.ts';
import { synapticOperators } from '../../analysis/synaptic-operators.ts';
import { ConversionError, listProblems } from '../../errors.ts';
import type { Graph } from '../../graph/graph.ts';
import { describeNode, type Node } from '../../graph/node.ts';
import { outputAxis } from '../../quantisers/output-axis.ts';

/** Bits of a network's weights and activations. */
export interface NetworkBits {
  /** Of all layers but the first and the last, 1…4. */
  readonly weights: number;
  /** 1…4 */
  readonly activations: number;
}

/** Bits of the first and of the last layer's weights, which the others' few bits would cost most. */
const outerWeightBits = 8;

/** A product with weights in few bits. */
export interface QuantisedLayer {
  readonly operator: Node;
  /** Name of the weight, a constant of its own. */
  readonly weight: string;
  /** Axis of its output channels. */
  readonly axis: number;
  readonly bits: number;
  /** Bits of the activations that it reads; 8 for the network's inputs. */
  readonly inputBits: number;
}

/**
 * The layers of a network with their bits: Conv, Gemm and MatMul with weights of their own.
 *
 * @throws ConversionError that lists what stands in the way: products without weights, weights that are shared or computed, no ReLU
 */
export function quantisedLayers(graph: Graph, { weights, activations }: NetworkBits): QuantisedLayer[] {
  const operators = synapticOperators(graph);
  const problems: string[] = [];
  const layers = operators.flatMap(({ node, first, head }, i): QuantisedLayer[] => {
    const weight = node.inputs[1] ?? '';
    const rank = constantTensor(graph, weight)?.shape.length ?? 0;
    const axis = outputAxis(node, 1, rank);
    if (axis === undefined || !graph.initializers.has(weight) || graph.consumersOf(weight).length !== 1) {
      problems.push(`${describeNode(node)}: expected a weight of its own as second input`);
      return [];
    }
    const outer = first || head || i === operators.length - 1;
    const inputBits = first ? outerWeightBits : activations;
    return [{ operator: node, weight, axis, bits: outer ? outerWeightBits : weights, inputBits }];
  });
  if (!graph.nodes.some(({ opType }) => opType === 'Relu')) {
    problems.push(`graph '${graph.name}': expected ReLU activations, which get few levels`);
  }
  if (problems.length === 0) return layers;
  throw new ConversionError(listProblems('quantise: this network cannot be trained in few bits:', problems));
}
