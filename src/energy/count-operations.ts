import { structureOf } from '../analysis/source-structure.ts';
import type { Model } from '../graph/model.ts';
import type { Node } from '../graph/node.ts';
import { valuesReadBy } from '../graph/operation.ts';
import { sizeOf } from '../graph/shape.ts';
import { type MeasuredSource, measureSource } from '../sessions/measure-source.ts';
import { type Arithmetic, type ElementArithmetic, operatorArithmetic } from './operator-arithmetic.ts';
import { costsOf, type OperatorCost } from './operator-costs.ts';

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
  /** Elements for one image of every value that depends on it. */
  readonly sizes: ReadonlyMap<string, number>;
}

/** Counts what a network that does not spike calculates for one image. Shapes are measured, not inferred. */
export async function countOperations(source: Model): Promise<Operations> {
  return operationsOf(await measureSource(structureOf(source)));
}

/** What a network that is measured calculates for one image. */
export function operationsOf(source: MeasuredSource): Operations {
  const sizes = new Map(
    [...source.shapes].flatMap(([value, shape]) =>
      source.constant.has(value) ? [] : [[value, sizeOf(shape)] as const],
    ),
  );
  const found = otherOperators(source);
  const known = found.filter(isKnown);
  return {
    synaptic: costsOf(source),
    others: known
      .map(({ node, cost }) => countOne(node, cost, sizes))
      .filter(({ additions, multiplications }) => additions + multiplications > 0),
    unknown: found.filter((each) => !isKnown(each)).map(({ node }) => `${node.opType} '${node.name}'`),
    sizes,
  };
}

interface Found {
  readonly node: Node;
  readonly cost: ElementArithmetic | undefined;
}

function isKnown(found: Found): found is Found & { readonly cost: ElementArithmetic } {
  return found.cost !== undefined;
}

/** Operators that depend on the image and are not synaptic; those that only move numbers are left out. */
function otherOperators({ model, operators, constant }: MeasuredSource): Found[] {
  const synaptic = new Set(operators.map(({ node }) => node));
  return model.graph.nodes.flatMap((node) => {
    const fromImage = [...valuesReadBy(node)].some((value) => !constant.has(value));
    if (synaptic.has(node) || !fromImage) return [];
    const cost = operatorArithmetic(node, (value) => constant.has(value));
    return cost && cost.additions + cost.multiplications === 0 ? [] : [{ node, cost }];
  });
}

function countOne(
  node: Node,
  { per, linear, additions, multiplications }: ElementArithmetic,
  sizes: ReadonlyMap<string, number>,
): OtherOperator {
  const sized = (value: string): SizedValue[] => {
    const size = sizes.get(value);
    return size === undefined ? [] : [{ value, size }];
  };
  const inputs = [...valuesReadBy(node)].flatMap(sized);
  const outputs = node.outputs.slice(0, 1).flatMap(sized);
  const elements = (per === 'output' ? outputs : inputs)[0]?.size ?? outputs[0]?.size ?? 0;
  return {
    name: node.name,
    opType: node.opType,
    linear,
    inputs,
    outputs,
    additions: additions * elements,
    multiplications: multiplications * elements,
  };
}
