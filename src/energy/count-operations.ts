import { constantValues } from '../analysis/constant-values.ts';
import { synapticOperators } from '../analysis/synaptic-operators.ts';
import type { Model } from '../graph/model.ts';
import type { Node } from '../graph/node.ts';
import { valuesReadBy } from '../graph/operation.ts';
import { sizeOf } from '../graph/shape.ts';
import { lookUp } from '../look-up.ts';
import { measureShapes } from '../sessions/measure-shapes.ts';
import { type Arithmetic, type ElementArithmetic, operatorArithmetic } from './operator-arithmetic.ts';
import { type OperatorCost, operatorCosts } from './operator-costs.ts';

/** A value that depends on the image. */
export interface SizedValue {
  readonly value: string;
  /** Elements for one image. */
  readonly size: number;
}

/** An operator that is not synaptic but calculates, for one image. */
export interface OtherOperator extends Arithmetic {
  readonly name: string;
  readonly opType: string;
  /** Whether it can pass increments on without a memory. */
  readonly linear: boolean;
  readonly inputs: readonly SizedValue[];
  readonly outputs: readonly SizedValue[];
}

/** Everything a network that does not spike calculates for one image. */
export interface Operations {
  readonly synaptic: readonly OperatorCost[];
  readonly others: readonly OtherOperator[];
  /** Operators whose cost is not known, as `type 'name'`; they count as nothing. */
  readonly unknown: readonly string[];
}

/** Counts what a network that does not spike calculates for one image. Shapes are measured, not inferred. */
export async function countOperations(source: Model): Promise<Operations> {
  const found = otherOperators(source);
  const values = found.flatMap(({ inputs, outputs }) => [...inputs, ...outputs]);
  const shapes = await measureShapes(source, new Set(values));
  const sized = (value: string): SizedValue => ({
    value,
    size: sizeOf(lookUp(shapes, value, 'shape of value')),
  });
  const known = found.filter(isKnown);
  return {
    synaptic: await operatorCosts(source),
    others: known
      .map(({ node, cost, inputs, outputs }) => countOne(node, cost, inputs.map(sized), outputs.map(sized)))
      .filter(({ additions, multiplications }) => additions + multiplications > 0),
    unknown: found.filter((each) => !isKnown(each)).map(({ node }) => `${node.opType} '${node.name}'`),
  };
}

interface Found {
  readonly node: Node;
  readonly cost: ElementArithmetic | undefined;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

function isKnown(found: Found): found is Found & { readonly cost: ElementArithmetic } {
  return found.cost !== undefined;
}

/** Operators that depend on the image and are not synaptic; those that only move numbers are left out. */
function otherOperators({ graph }: Model): Found[] {
  const constant = constantValues(graph);
  const synaptic = new Set(synapticOperators(graph).map(({ node }) => node));
  return graph.nodes.flatMap((node) => {
    const inputs = [...valuesReadBy(node)].filter((value) => !constant.has(value) && !graph.isInput(value));
    const fromImage = [...valuesReadBy(node)].some((value) => !constant.has(value));
    if (synaptic.has(node) || !fromImage) return [];
    const cost = operatorArithmetic(node, (value) => constant.has(value));
    if (cost && cost.additions + cost.multiplications === 0) return [];
    const [output] = node.outputs;
    return [{ node, cost, inputs, outputs: output ? [output] : [] }];
  });
}

function countOne(
  { name, opType }: Node,
  { per, linear, additions, multiplications }: ElementArithmetic,
  inputs: readonly SizedValue[],
  outputs: readonly SizedValue[],
): OtherOperator {
  const elements = (per === 'output' ? outputs : inputs)[0]?.size ?? outputs[0]?.size ?? 0;
  return {
    name,
    opType,
    linear,
    inputs,
    outputs,
    additions: additions * elements,
    multiplications: multiplications * elements,
  };
}
