import { structureOf } from '../analysis/source-structure.ts';
import type { SynapticOperator } from '../analysis/synaptic-operators.ts';
import { GraphError } from '../errors.ts';
import type { Graph } from '../graph/graph.ts';
import type { Model } from '../graph/model.ts';
import { describeNode, intAttribute, type Node, stringAttribute } from '../graph/node.ts';
import { sizeOf } from '../graph/shape.ts';
import { lookUp } from '../look-up.ts';
import { type MeasuredSource, measureSource } from '../sessions/measure-source.ts';

/** What one synaptic operator does for one image and one time-step. */
export interface OperatorCost {
  /** Name of the node. */
  readonly name: string;
  readonly kind: SynapticOperator['kind'];
  /** Reads the image itself. */
  readonly first: boolean;
  /** Makes the network's output. */
  readonly head: boolean;
  /** Values it multiplies that depend on the image: names and numbers of elements. */
  readonly operands: readonly { readonly value: string; readonly size: number }[];
  /** Multiply-accumulate operations with all operands non-zero. */
  readonly macs: number;
  /** Elements of the operand that stays in memory: the weight, or the last one of a product. */
  readonly words: number;
  /** Elements of the output. */
  readonly outputs: number;
  /** Bits of the weights, where they are few. */
  readonly weightBits?: number | undefined;
}

/**
 * Multiply-accumulate operations of every synaptic operator of a network that does not spike, for one image.
 * Shapes are measured, not inferred.
 */
export async function operatorCosts(source: Model): Promise<OperatorCost[]> {
  return costsOf(await measureSource(structureOf(source)));
}

/** As {@link operatorCosts}, of a network that is measured. */
export function costsOf({ model, operators, shapes }: MeasuredSource): OperatorCost[] {
  const shapeOf = (name: string) => lookUp(shapes, name, 'shape of value');
  return operators.map((operator) => ({
    name: operator.node.name,
    kind: operator.kind,
    first: operator.first,
    head: operator.head,
    operands: operator.operands.map(({ value }) => ({ value, size: sizeOf(shapeOf(value)) })),
    macs: macsOf(model.graph, operator.node, shapeOf),
    words: sizeOf(shapeOf(storedOperand(operator))),
    outputs: sizeOf(shapeOf(operator.node.outputs[0]!)),
  }));
}

function storedOperand({ operands, weights }: SynapticOperator): string {
  return weights[0]?.value ?? operands.at(-1)!.value;
}

function macsOf(graph: Graph, of: Node, shapeOf: (name: string) => readonly number[]): number {
  const [a, b] = of.inputs.slice(0, 2).map(shapeOf) as [readonly number[], readonly number[]];
  const outputSize = sizeOf(shapeOf(of.outputs[0]!));
  switch (of.opType) {
    case 'MatMul':
      return outputSize * a.at(-1)!;
    case 'Gemm':
      return outputSize * (intAttribute(of, 'transA', 0) ? a[0]! : a[1]!);
    case 'Conv':
      // A weight is [out, in / groups, kernel…]: one output needs in / groups · kernel products.
      return outputSize * sizeOf(b.slice(1));
    case 'ConvTranspose':
      return sizeOf(a) * sizeOf(b.slice(1));
    case 'Einsum':
      return einsumMacs(stringAttribute(of, 'equation'), of.inputs.map(shapeOf));
    default:
      throw new GraphError({
        where: `graph '${graph.name}': ${describeNode(of)}`,
        expected: 'an operator whose cost is known',
        got: of.opType,
        remedy: 'Add its cost to energy/operator-costs.ts',
      });
  }
}

/** Every combination of index values is one product. An ellipsis stands for the axes that have no label. */
function einsumMacs(equation: string, shapes: readonly (readonly number[])[]): number {
  const lengths = new Map<string, number>();
  const terms = equation.replaceAll(' ', '').split('->')[0]!.split(',');
  for (const [i, term] of terms.entries()) {
    const shape = shapes[i]!;
    const [before, after] = term.split('...') as [string, string?];
    const hidden = shape.length - before.length - (after?.length ?? 0);
    // Axes under an ellipsis are aligned at its end, as in broadcasting.
    const unnamed = Array.from({ length: after === undefined ? 0 : hidden }, (_, k) => `${hidden - k}`);
    for (const [axis, label] of [...before, ...unnamed, ...(after ?? '')].entries()) {
      lengths.set(label, Math.max(shape[axis]!, lengths.get(label) ?? 1));
    }
  }
  return sizeOf([...lengths.values()]);
}
