import type { Graph } from '../graph/graph.ts';
import { valuesWithoutImage } from './values-without-image.ts';

/**
 * Whether a network that reads tokens looks positions up in a table by their place in the row, whatever stands there: rows of it are chosen by
 * numbers that depend on the length alone. Padding on the left would then move all tokens to other positions.
 */
export function countsFromTheLeft(graph: Graph): boolean {
  const { constant, frozen } = valuesWithoutImage(graph);
  return graph.nodes.some(({ opType, domain, inputs }) => {
    if (opType !== 'Gather' || domain !== '') return false;
    const [table, index] = inputs as [string, string];
    return graph.initializers.get(table)?.shape.length === 2 && !constant.has(index) && frozen.has(index);
  });
}
