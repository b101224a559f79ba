import { definePass } from '../graph/define-pass.ts';
import type { Model } from '../graph/model.ts';

/**
 * A copy of a model with more outputs: the named values beside (or instead of) its own.
 *
 * @param keepOutputs whether its own outputs stay, in front
 */
export const exposeValues = definePass({
  name: 'expose-values',
  summary: 'Values of the graph become outputs.',
  rewrites: 'copy',
  apply(model: Model, values: Iterable<string>, keepOutputs = true): Model {
    const copy = model.clone();
    const own = keepOutputs ? copy.graph.outputs : [];
    const known = new Set(own.map(({ name }) => name));
    const added = [...new Set(values)].filter((name) => !known.has(name));
    copy.graph.setOutputs([
      ...own,
      ...added.map((name) => ({ name, dataType: undefined, shape: undefined })),
    ]);
    copy.graph.removeDeadNodes();
    return copy;
  },
});
