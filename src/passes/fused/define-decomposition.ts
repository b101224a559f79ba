import type { GraphBuilder } from '../../graph/graph-builder.ts';
import type { Node } from '../../graph/node.ts';

/** What a decomposition works with. */
export interface Surroundings {
  /** Puts operators in the place of the fused one. */
  readonly build: GraphBuilder;
  /** Version of the standard operators. */
  readonly opset: number;
}

/**
 * Writes a fused operator as standard ones.
 *
 * @returns the values of its outputs, in their order; nothing if it is used in a way that has no such form here
 */
export type Decomposition = (of: Node, around: Surroundings) => readonly string[] | undefined;

/** The name of an optional input, or nothing. */
export function optionalInput({ inputs }: Node, position: number): string | undefined {
  return inputs[position] || undefined;
}
