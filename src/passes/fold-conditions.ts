import { definePass } from '../graph/define-pass.ts';
import type { Graph } from '../graph/graph.ts';
import { graphAttribute, type Node } from '../graph/node.ts';
import { subgraphsOf } from '../graph/operation.ts';
import { constantValue } from './constant-value.ts';
import { inlineNodes } from './inline-nodes.ts';

/** Puts the branch that is always taken in the place of an If whose condition does not depend on the data. */
export const foldConditions = definePass({
  name: 'fold-conditions',
  summary: 'If with a constant condition becomes the branch that is taken.',
  rewrites: 'input',
  apply: ({ graph, opset }) => foldIn(graph, opset),
});

function foldIn(graph: Graph, opset: number): number {
  let changes = 0;
  const open = graph.nodes.toReversed();
  for (let each = open.pop(); each; each = open.pop()) {
    const branch = takenBranch(graph, opset, each);
    if (branch) {
      changes++;
      open.push(...inlineNodes(graph, each, bodyOf(branch)));
    } else for (const body of subgraphsOf(each)) changes += foldIn(body, opset);
  }
  return changes;
}

function takenBranch(graph: Graph, opset: number, of: Node): Graph | undefined {
  if (of.opType !== 'If' || of.domain !== '') return undefined;
  const condition = constantValue(graph, opset, of.inputs[0]!)?.data[0];
  if (condition === undefined) return undefined;
  return graphAttribute(of, condition === 0 ? 'else_branch' : 'then_branch');
}

function bodyOf(branch: Graph) {
  return {
    nodes: branch.nodes,
    initializers: branch.initializers,
    outputs: branch.outputs.map(({ name }) => name),
    given: new Map([...branch.capturedValues()].map((name) => [name, name])),
  };
}
