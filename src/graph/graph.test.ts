import { describe, expect, it } from 'vitest';
import { Graph } from './graph.ts';
import { GraphBuilder } from './graph-builder.ts';
import { Model } from './model.ts';
import { node } from './node.ts';
import { printGraph } from './print-graph.ts';
import { Tensor } from './tensor.ts';
import { verifyModel } from './verify-model.ts';

function linear(): Graph {
  const graph = new Graph('linear');
  graph.setInputs([{ name: 'x', dataType: 'float32', shape: ['batch', 2] }]);
  const build = new GraphBuilder(graph);
  const product = build.op('MatMul', ['x', build.constant('w', Tensor.float32([2, 1], [1, -2]))]);
  graph.append(node('Relu', [product], ['y']));
  graph.setOutputs([{ name: 'y', dataType: 'float32', shape: ['batch', 1] }]);
  return graph;
}

describe('Graph', () => {
  it('prints one line a node', () => {
    expect(printGraph(linear())).toMatchInlineSnapshot(`
      "graph linear(x: float32[batch,2]) -> (y: float32[batch,1]) {
        weights w: float32[2,1] = 1 -2
        matmul = MatMul(x, w)
        y = Relu(matmul)
      }"
    `);
  });

  it('finds producers and consumers after every edit', () => {
    const graph = linear();
    const relu = graph.producerOf('y')!;
    graph.insertBefore(relu, node('Neg', ['matmul'], ['negated']));
    graph.setInput(relu, 0, 'negated');
    expect(graph.consumersOf('matmul').map(({ opType }) => opType)).toEqual(['Neg']);
    expect(graph.producerOf('negated')?.opType).toBe('Neg');
  });

  it('redirects readers, those inside subgraphs too', () => {
    const graph = linear();
    const body = new Graph('body');
    body.append(node('Abs', ['matmul'], ['inner']));
    body.setOutputs([{ name: 'inner', dataType: undefined, shape: undefined }]);
    graph.append(node('If', ['x'], ['z'], { then_branch: body, else_branch: body.clone() }));
    graph.redirectConsumers('matmul', 'x');
    expect(graph.consumersOf('matmul')).toHaveLength(0);
    expect(body.nodes[0]!.inputs).toEqual(['x']);
  });

  it('removes what no output depends on', () => {
    const graph = linear();
    graph.append(node('Neg', ['x'], ['unused']));
    graph.addInitializer('loose', Tensor.float32([1], [0]));
    expect(graph.removeDeadNodes()).toBe(1);
    expect([...graph.initializers.keys()]).toEqual(['w']);
  });

  it('clones so that edits of the copy leave the original alone', () => {
    const graph = linear();
    const copy = graph.clone();
    copy.setInput(copy.nodes[0]!, 0, 'elsewhere');
    expect(graph.nodes[0]!.inputs[0]).toBe('x');
  });

  it('refuses to edit around a node that is not its own', () => {
    const graph = linear();
    expect(() => graph.removeNode(node('Relu', ['x'], ['q'], {}, { name: 'stranger' }))).toThrow(
      "graph 'linear': expected to hold node 'stranger', got a node of another graph, or one already removed. Take the node from graph.nodes after the last edit.",
    );
  });
});

describe('verifyModel', () => {
  it('accepts a valid graph', () => {
    expect(() => verifyModel(new Model(linear(), 17), 'test')).not.toThrow();
  });

  it('lists every broken rule at once', () => {
    const graph = linear();
    graph.append(node('Neg', ['nowhere'], ['y']), node('Neg', ['x'], ['q'], {}, { name: 'matmul' }));
    graph.append(node('Mystery', ['x'], ['m'], {}, { domain: 'else.where' }));
    graph.addOutput({ name: 'lost', dataType: 'float32', shape: undefined });
    expect(() => verifyModel(new Model(graph, 17), "pass 'x'")).toThrow(
      [
        "pass 'x': the graph is not valid:",
        "  - Neg 'y': another node has this name",
        "  - Neg 'y': reads 'nowhere', which is not produced before it",
        "  - Neg 'y': writes 'y', which exists already",
        "  - Neg 'matmul': another node has this name",
        "  - output 'lost' is never produced",
        "  - else.where.Mystery 'm': no function of this name in the model",
      ].join('\n'),
    );
  });
});
