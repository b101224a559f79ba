import { GraphError, UsageError } from '../errors.ts';
import type { ValueInfo } from '../graph/graph.ts';
import type { Model } from '../graph/model.ts';

/** Key of the metadata that says by which output a network decides. */
const chosenKey = 'transpike.output';

/**
 * The output that a network decides by, which everything compares, measures and differentiates. All ask here: of several
 * outputs it is the one that was chosen, else the one that is called `logits`, else the first one.
 *
 * @throws GraphError if the network has no output
 */
export function logitsOf({ graph, metadata }: Pick<Model, 'graph' | 'metadata'>): ValueInfo {
  const named = (name: string | undefined) => graph.outputs.find((output) => output.name === name);
  const logits = named(metadata.get(chosenKey)) ?? named('logits') ?? graph.outputs[0];
  if (logits) return logits;
  throw new GraphError({
    where: `graph '${graph.name}'`,
    expected: 'an output',
    got: 'none',
    remedy: 'Export the model with its logits among the outputs',
  });
}

/**
 * The same network, deciding by the output of this name. It shares the graph.
 *
 * @throws UsageError if there is no such output
 */
export function decidingBy(model: Model, output: string): Model {
  const names = model.graph.outputs.map(({ name }) => name);
  if (!names.includes(output)) {
    throw new UsageError({
      where: `graph '${model.graph.name}'`,
      expected: `one of its outputs: ${names.join(', ')}`,
      got: `'${output}'`,
      remedy: 'Choose one of these',
      means: ['output'],
    });
  }
  const same = model.withGraph(model.graph);
  same.metadata.set(chosenKey, output);
  return same;
}
