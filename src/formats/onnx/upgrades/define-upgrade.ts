import type { GraphBuilder } from '../../../graph/graph-builder.ts';
import type { Node } from '../../../graph/node.ts';

/** How one operator of an older operator set is written in the oldest set that the rest of the project knows. */
export interface Upgrade {
  /** First operator set in which the new form is the right one. */
  readonly since: number;
  /**
   * What changes about a node; nothing if it has the new form already.
   *
   * @param build puts constants in front of the node
   * @throws GraphError if there is no new form that computes the same
   */
  change(of: Node, build: GraphBuilder): Partial<Node> | undefined;
}

/** Declares an upgrade; a missing facet does not compile. */
export function defineUpgrade(upgrade: Upgrade): Upgrade {
  return upgrade;
}

/** The attributes of a node without some of them. */
export function attributesWithout({ attributes }: Node, ...keys: readonly string[]): Node['attributes'] {
  return new Map([...attributes].filter(([key]) => !keys.includes(key)));
}
