import type { Graph } from './graph.ts';
import type { Node } from './node.ts';
import { valuesReadBy } from './operation.ts';

/** Values that some nodes make, and all that are computed from them. */
export function valuesAfter(graph: Graph, nodes: ReadonlySet<Node>): Set<string> {
  const after = new Set<string>();
  for (const each of graph.nodes) {
    if (nodes.has(each) || [...valuesReadBy(each)].some((name) => after.has(name))) {
      for (const name of each.outputs) after.add(name);
    }
  }
  return after;
}

/** Values that some nodes read, and all that these are computed from. */
export function valuesBefore(graph: Graph, nodes: ReadonlySet<Node>): Set<string> {
  const before = new Set<string>();
  for (const each of graph.nodes.toReversed()) {
    if (nodes.has(each) || each.outputs.some((name) => before.has(name))) {
      for (const name of valuesReadBy(each)) before.add(name);
    }
  }
  return before;
}
