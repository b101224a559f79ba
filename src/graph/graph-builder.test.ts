import { describe, expect, it } from 'vitest';
import { Graph } from './graph.ts';
import { GraphBuilder } from './graph-builder.ts';
import { Model } from './model.ts';
import { node } from './node.ts';
import { printGraph } from './print-graph.ts';
import { verifyModel } from './verify-model.ts';

describe('GraphBuilder', () => {
  it('adds operators behind the one that writes a value, in the order of the calls', () => {
    const graph = new Graph('any');
    graph.append(node('Abs', ['x'], ['a']), node('Neg', ['a'], ['y']));
    const build = GraphBuilder.behind(graph, 'a', 'new.');
    build.op('Sqrt', [build.scoped('inner.').op('Relu', ['a'])]);
    expect(graph.nodes.map(({ name }) => name)).toEqual(['a', 'new.inner.relu', 'new.sqrt', 'y']);
  });

  it('adds operators at the beginning behind a value that no node writes', () => {
    const graph = new Graph('any');
    graph.append(node('Abs', ['x'], ['a']));
    const build = GraphBuilder.behind(graph, 'x');
    build.op('Sqrt', [build.op('Relu', ['x'])]);
    expect(graph.nodes.map(({ name }) => name)).toEqual(['relu', 'sqrt', 'a']);
  });

  it('makes a valid graph of 100,000 operators that ask for the same name', { timeout: 120_000 }, () => {
    const graph = new Graph('large');
    graph.addInput({ name: 'x', dataType: 'float32', shape: ['batch', 2] });
    const build = new GraphBuilder(graph);
    let value = 'x';
    for (let i = 0; i < 100_000; i++) value = build.op('Relu', [value]);
    graph.addOutput({ name: value, dataType: 'float32', shape: ['batch', 2] });
    expect(value).toBe('relu_99999');
    expect(() => verifyModel(new Model(graph, 17), 'test')).not.toThrow();
    expect(graph.consumersOf('relu_5000').map(({ name }) => name)).toEqual(['relu_5001']);
    expect(printGraph(graph).split('\n')).toHaveLength(100_002);
  });
});
