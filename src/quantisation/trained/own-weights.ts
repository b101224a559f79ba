import { synapticOperators } from '../../analysis/synaptic-operators.ts';
import type { Model } from '../../graph/model.ts';
import { lookUp } from '../../look-up.ts';
import { readWeights } from '../../quantisers/read-weights.ts';

/** A copy of a network whose products read constants of their own where they read weights that are computed, such as transposed ones, or shared. */
export async function ownWeights(source: Model): Promise<Model> {
  const model = source.clone();
  const { graph } = model;
  const operators = synapticOperators(graph);
  const weights = await readWeights({ model: source, operators });
  for (const { node, weights: read } of operators) {
    for (const { input, value } of read) {
      if (graph.initializers.has(value) && graph.consumersOf(value).length === 1) continue;
      const tensor = lookUp(weights, value, 'weight');
      graph.setInput(node, input, graph.addInitializer(`${node.name}.weight`, tensor));
    }
  }
  graph.removeDeadNodes();
  return model;
}
