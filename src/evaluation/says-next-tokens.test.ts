import { describe, expect, it } from 'vitest';
import { Graph } from '../graph/graph.ts';
import { GraphBuilder } from '../graph/graph-builder.ts';
import { Model } from '../graph/model.ts';
import { Tensor } from '../graph/tensor.ts';
import { saysNextTokens } from './says-next-tokens.ts';
import { taskOf } from './task-of.ts';

/** Scores of the next one of five tokens at each, from a table; with a glance at all others or not. */
function network(glances: boolean, vocabulary = 5): Model {
  const graph = new Graph('bigrams');
  graph.addInput({ name: 'input_ids', dataType: 'int64', shape: ['batch', 'tokens'] });
  const build = new GraphBuilder(graph);
  const numbers = Float32Array.from({ length: 5 * vocabulary }, (_, i) => Math.sin(7 * i));
  graph.addInitializer('table', Tensor.float32([5, vocabulary], numbers));
  const rows = build.op('Gather', ['table', 'input_ids'], { axis: 0 });
  const mean = build.op('ReduceMean', [rows], { axes: [1], keepdims: 1 });
  const logits = build.op('Add', [rows, glances ? mean : rows], {}, { name: 'logits' });
  graph.addOutput({ name: logits, dataType: 'float32', shape: ['batch', 'tokens', vocabulary] });
  graph.removeDeadNodes();
  return new Model(graph, 17);
}

describe('a network that says the next token', () => {
  it('has the shape of one, and does not look ahead', async () => {
    expect(await saysNextTokens(network(false))).toBe(true);
    expect(await taskOf(network(false))).toBe('next-token');
  });

  it('is none where later tokens change what it says of earlier ones', async () => {
    expect(await saysNextTokens(network(true))).toBe(false);
    expect(await taskOf(network(true))).toBe('dense');
    expect(await taskOf(network(true), 'next-token')).toBe('next-token');
  });

  it('is none where it tells other classes than tokens', async () => {
    expect(await taskOf(network(false, 3))).toBe('dense');
  });
});
