import type { Graph } from '../graph/graph.ts';
import { valuesReadBy } from '../graph/operation.ts';
import { constantValues } from './constant-values.ts';

/**
 * The values that do not depend on the image: constants, and `frozen` what is computed from shapes alone, which are known
 * when the batch is.
 *
 * @param shared inputs that are the same for all images
 */
export function valuesWithoutImage(
  graph: Graph,
  shared: readonly string[] = [],
): { constant: Set<string>; frozen: Set<string> } {
  const constant = constantValues(graph, shared);
  const frozen = new Set<string>();
  for (const each of graph.nodes) {
    const isShape = each.opType === 'Shape' || each.opType === 'Size';
    const isKnown = [...valuesReadBy(each)].every((name) => constant.has(name) || frozen.has(name));
    if (isShape || isKnown) {
      for (const name of each.outputs) if (!constant.has(name)) frozen.add(name);
    }
  }
  return { constant, frozen };
}
