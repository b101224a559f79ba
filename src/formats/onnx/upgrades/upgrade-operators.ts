import { GraphError, listProblems, messageOf } from '../../../errors.ts';
import { definePass } from '../../../graph/define-pass.ts';
import type { Graph } from '../../../graph/graph.ts';
import { GraphBuilder } from '../../../graph/graph-builder.ts';
import { subgraphsOf } from '../../../graph/operation.ts';
import { upgrades } from './upgrades.ts';

/** The operator set that older ones are brought to. */
const upgradedOpset = 11;

/**
 * Writes the operators of a model of opset 7 to 10 as those of opset 11. Newer models stay as they are.
 *
 * @throws GraphError that lists the operators without a new form
 */
export const upgradeOperators = definePass({
  name: 'upgrade-operators',
  summary: 'Operators of opset 7 to 10 are written as those of opset 11.',
  rewrites: 'input',
  apply(model) {
    if (model.opset >= upgradedOpset) return 0;
    const problems: string[] = [];
    const changes = upgradeGraph(model.graph, model.opset, problems);
    if (problems.length > 0)
      throw new GraphError(listProblems(`opset ${model.opset}: cannot be upgraded:`, problems));
    model.opsets.set('', upgradedOpset);
    return changes;
  },
});

function upgradeGraph(graph: Graph, opset: number, problems: string[]): number {
  let changes = 0;
  const build = new GraphBuilder(graph);
  for (const each of graph.nodes) {
    for (const body of subgraphsOf(each)) changes += upgradeGraph(body, opset, problems);
    const upgrade = each.domain === '' ? upgrades.get(each.opType) : undefined;
    if (!upgrade || opset >= upgrade.since) continue;
    try {
      const changed = upgrade.change(each, build);
      if (changed) graph.update(each, changed);
      changes++;
    } catch (error) {
      problems.push(messageOf(error));
    }
  }
  return changes;
}
