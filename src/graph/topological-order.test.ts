import { describe, expect, it } from 'vitest';
import { node } from './node.ts';
import { inTopologicalOrder } from './topological-order.ts';

const names = (nodes: readonly { name: string }[]) => nodes.map(({ name }) => name).join(' ');

describe('inTopologicalOrder', () => {
  it('puts producers before those who read them', () => {
    const nodes = [
      node('Add', ['b', 'c'], ['d']),
      node('Relu', ['a'], ['c']),
      node('Relu', ['a'], ['b']),
      node('Relu', ['x'], ['a']),
    ];
    expect(names(inTopologicalOrder(nodes))).toBe('a b c d');
  });

  it('leaves nodes where they are that stand right', () => {
    const nodes = [node('Relu', ['x'], ['b']), node('Relu', ['x'], ['a']), node('Add', ['a', 'b'], ['c'])];
    expect(inTopologicalOrder(nodes)).toEqual(nodes);
  });

  it('orders a chain of 100,000 nodes written backwards', () => {
    const nodes = Array.from({ length: 100_000 }, (_, i) => node('Relu', [`v${i}`], [`v${i + 1}`]));
    expect(inTopologicalOrder(nodes.toReversed())).toEqual(nodes);
  });

  it('keeps all nodes of a circle', () => {
    const nodes = [node('Relu', ['b'], ['a']), node('Relu', ['a'], ['b'])];
    expect(inTopologicalOrder(nodes)).toHaveLength(2);
  });
});
