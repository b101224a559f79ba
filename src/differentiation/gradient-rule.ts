import type { GraphBuilder } from '../graph/graph-builder.ts';
import type { Node } from '../graph/node.ts';
import type { Tensor } from '../graph/tensor.ts';

/** What a gradient rule sees of the node that it differentiates. */
export interface GradientContext {
  /** The node y = f(x). */
  readonly node: Node;
  /** Appends operators to the backward part of the graph. */
  readonly build: GraphBuilder;
  /** Version of the standard operators. */
  readonly opset: number;
  /** Channels of a block, where operators of the blocked layout are differentiated. */
  readonly block: number | undefined;
  /** ∂loss/∂output by position, float of the output's shape; `undefined` where the loss does not depend on it. */
  readonly outputGradients: readonly (string | undefined)[];
  /** ∂loss/∂output 0. @throws GraphError if the loss depends on other outputs only */
  readonly gradient: string;
  /** Name of the input at a position. @throws GraphError if it is omitted */
  input(position: number): string;
  /** Whether anybody wants the gradient of the input at this position; a rule may leave out the others. */
  wants(position: number): boolean;
  /** The fixed shape of a value of the forward graph. @throws GraphError if it is not known */
  shapeOf(value: string): readonly number[];
  /** The numbers of a constant; `undefined` if the value is computed. */
  constantOf(value: string): Tensor | undefined;
  /** Node that writes a value of the forward graph; `undefined` for inputs and constants. */
  producerOf(value: string): Node | undefined;
}

/** Gradients of the inputs, by position; `undefined` for those that have none or that nobody wants. */
export type InputGradients = readonly (string | undefined)[];

/** How one operator is differentiated: emits ∂loss/∂inputs from ∂loss/∂outputs. */
export type GradientRule = (context: GradientContext) => InputGradients;

/**
 * Rules by operator name. `zero` marks an operator whose outputs do not change smoothly with its inputs (comparisons,
 * shapes, rounding): no gradient passes.
 */
export type GradientRules = Readonly<Record<string, GradientRule | 'zero'>>;

/** Declares some rules; keeps their names for the type of the table. */
export function defineGradientRules<const Rules extends GradientRules>(rules: Rules): Rules {
  return rules;
}
