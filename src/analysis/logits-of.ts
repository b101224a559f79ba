import { GraphError } from '../errors.ts';
import type { ValueInfo } from '../graph/graph.ts';
import type { Model } from '../graph/model.ts';

/**
 * The output that a network decides by, which everything compares, measures and differentiates. All ask here: of several
 * outputs it is the first one.
 *
 * @throws GraphError if the network has no output
 */
export function logitsOf({ graph }: Pick<Model, 'graph'>): ValueInfo {
  const [logits] = graph.outputs;
  if (logits) return logits;
  throw new GraphError({
    where: `graph '${graph.name}'`,
    expected: 'an output',
    got: 'none',
    remedy: 'Export the model with its logits among the outputs',
  });
}
