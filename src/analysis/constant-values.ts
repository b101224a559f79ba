import type { Graph } from '../graph/graph.ts';
import { valuesReadBy } from '../graph/operation.ts';

/** Operators that draw random numbers: their outputs are not constant although they read nothing. */
const random = new Set(['RandomNormal', 'RandomUniform']);

/**
 * The values that do not depend on the graph's inputs: initializers, constants, and everything computed from
 * them alone (a transposed weight, a cast one…).
 *
 * @param given inputs that count as constants, too
 */
export function constantValues(graph: Graph, given: Iterable<string> = []): Set<string> {
  const constant = new Set([...graph.initializers.keys(), ...given]);
  for (const each of graph.nodes) {
    if (random.has(each.opType)) continue;
    if ([...valuesReadBy(each)].every((name) => constant.has(name))) {
      for (const name of each.outputs) constant.add(name);
    }
  }
  return constant;
}
