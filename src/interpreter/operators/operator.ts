import type { Graph } from '../../graph/graph.ts';
import type { Node } from '../../graph/node.ts';
import type { NdArray } from '../nd-array.ts';

/** Inputs by position; an omitted optional input is `undefined`. */
export type OperatorInputs = readonly (NdArray | undefined)[];

/** What an operator may need besides its inputs and attributes. */
export interface OperatorContext {
  /** Version of the standard operator set that the node belongs to. */
  readonly opset: number;
  /**
   * Evaluates the body of a control-flow node: its inputs are given by position, everything else it reads is
   * taken from around the node. Returns the body's outputs by position.
   */
  evaluateBody(body: Graph, inputs: readonly NdArray[]): NdArray[];
}

/** The float64 meaning of one ONNX operator: its outputs by position. */
export type Operator = (inputs: OperatorInputs, node: Node, context: OperatorContext) => NdArray[];

/** Operators of one kind by their ONNX name. */
export type OperatorFamily = Readonly<Record<string, Operator>>;
