import type { Node } from './graph.ts';
import { valuesReadBy } from './operation.ts';

/**
 * Nodes in an order in which each stands after the producers of what it reads; those that do already keep their place. Nodes
 * that need each other keep theirs, too.
 */
export function inTopologicalOrder(nodes: readonly Node[]): readonly Node[] {
  const producers = new Map(nodes.flatMap((each) => each.outputs.map((name) => [name, each] as const)));
  const ordered = new Set<Node>();
  const entered = new Set<Node>();
  for (const root of nodes) {
    // A stack of its own: chains are longer than the call stack is deep.
    const open = [root];
    for (let next = open.at(-1); next; next = open.at(-1)) {
      const missing = entered.has(next)
        ? []
        : producersOf(next, producers).filter((each) => !entered.has(each));
      entered.add(next);
      if (missing.length > 0) open.push(...missing.reverse());
      else ordered.add(open.pop()!);
    }
  }
  return [...ordered];
}

function producersOf(of: Node, producers: ReadonlyMap<string, Node>): Node[] {
  return [...valuesReadBy(of)].flatMap((name) => producers.get(name) ?? []);
}
