import { describe, expect, it } from 'vitest';
import { definePass } from '../graph/define-pass.ts';
import { Graph } from '../graph/graph.ts';
import { Model } from '../graph/model.ts';
import { node } from '../graph/node.ts';
import { printGraph } from '../graph/print-graph.ts';
import { removeDeadNodes } from './remove-dead-nodes.ts';
import { removeIdentities } from './remove-identities.ts';
import { runPasses } from './run-passes.ts';

function model(...nodes: ReturnType<typeof node>[]): Model {
  const graph = new Graph('g');
  graph.setInputs([{ name: 'x', dataType: 'float32', shape: ['batch', 2] }]);
  graph.append(...nodes);
  graph.setOutputs([{ name: 'y', dataType: 'float32', shape: ['batch', 2] }]);
  return new Model(graph, 17);
}

describe('remove-identities', () => {
  it('takes out Identity and Dropout, but keeps the names of outputs', () => {
    const source = model(
      node('Identity', ['x'], ['a']),
      node('Dropout', ['a'], ['b', 'mask']),
      node('Relu', ['b'], ['c']),
      node('Identity', ['c'], ['y']),
    );
    const { model: clean, changes } = runPasses(source, [removeIdentities]);
    expect(changes.get('remove-identities')).toBe(2);
    expect(printGraph(clean.graph)).toMatchInlineSnapshot(`
      "graph g(x: float32[batch,2]) -> (y: float32[batch,2]) {
        c = Relu(x)
        y = Identity(c)
      }"
    `);
    expect(source.graph.nodes).toHaveLength(4);
  });

  it('keeps a Dropout whose mask is read', () => {
    const source = model(node('Dropout', ['x'], ['a', 'mask']), node('Where', ['mask', 'a', 'x'], ['y']));
    expect(runPasses(source, [removeIdentities]).changes.get('remove-identities')).toBe(0);
  });
});

describe('remove-dead-nodes', () => {
  it('takes out what no output depends on', () => {
    const source = model(node('Relu', ['x'], ['y']), node('Neg', ['x'], ['unused']));
    const { model: clean, changes } = runPasses(source, [removeDeadNodes]);
    expect(changes.get('remove-dead-nodes')).toBe(1);
    expect(clean.graph.nodes.map(({ opType }) => opType)).toEqual(['Relu']);
  });
});

describe('runPasses', () => {
  it('names the pass that broke the graph', () => {
    const breaking = definePass({
      name: 'break-things',
      summary: 'Takes the first node out.',
      rewrites: 'input',
      apply({ graph }) {
        graph.removeNode(graph.nodes[0]!);
        return 1;
      },
    });
    const source = model(node('Relu', ['x'], ['a']), node('Neg', ['a'], ['y']));
    expect(() => runPasses(source, [breaking])).toThrow(
      "pass 'break-things': the graph is not valid:\n  - Neg 'y': reads 'a', which is not produced before it",
    );
  });
});
