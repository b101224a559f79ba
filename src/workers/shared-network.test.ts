import { describe, expect, it } from 'vitest';
import { encodeForSession } from '../files/encode-for-session.ts';
import { Graph } from '../graph/graph.ts';
import { Model } from '../graph/model.ts';
import { node } from '../graph/node.ts';
import { Tensor } from '../graph/tensor.ts';
import { readSharedNetwork, sharedNetwork } from './shared-network.ts';

function network(): Model {
  const graph = new Graph('double');
  graph.addInput({ name: 'x', dataType: 'float32', shape: ['batch', 2] });
  graph.addInitializer('two', Tensor.float32([1], [2]));
  graph.append(node('Mul', ['x', 'two'], ['y'], {}, { name: 'double' }));
  graph.addOutput({ name: 'y', dataType: 'float32', shape: ['batch', 2] });
  return new Model(graph, 17);
}

describe('sharedNetwork', () => {
  it('puts a network into shared memory once, and it is read there', () => {
    const model = network();
    const bytes = sharedNetwork(model);
    expect(bytes.buffer).toBeInstanceOf(SharedArrayBuffer);
    expect(sharedNetwork(model)).toBe(bytes);
    const read = readSharedNetwork(bytes);
    expect(read.graph.initializers.get('two')!.bytes().buffer).toBe(bytes.buffer);
    expect(encodeForSession(read)).toEqual(encodeForSession(model));
  });
});
