import type { Model } from '../graph/model.ts';
import { verifyModel } from '../graph/verify-model.ts';
import type { Pass } from './define-pass.ts';

/**
 * Runs passes over a copy of a model, verifying the graph after each.
 *
 * @returns the rewritten copy and the number of changes by pass
 * @throws GraphError that names the pass which broke the graph
 */
export function runPasses(
  source: Model,
  passes: readonly Pass[],
): { model: Model; changes: Map<string, number> } {
  const model = source.clone();
  const changes = new Map<string, number>();
  for (const pass of passes) {
    changes.set(pass.name, pass.apply(model));
    verifyModel(model, `pass '${pass.name}'`);
  }
  return { model, changes };
}
