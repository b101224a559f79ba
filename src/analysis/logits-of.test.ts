import { describe, expect, it } from 'vitest';
import { Graph } from '../graph/graph.ts';
import { Model } from '../graph/model.ts';
import { logitsOf } from './logits-of.ts';

describe('logitsOf', () => {
  it('is the first of several outputs', () => {
    const graph = new Graph('two heads');
    graph.setOutputs(['logits', 'features'].map((name) => ({ name, dataType: 'float32', shape: [1, 3] })));
    expect(logitsOf(new Model(graph, 17)).name).toBe('logits');
  });

  it('says that a network without outputs decides nothing', () => {
    expect(() => logitsOf(new Model(new Graph('mute'), 17))).toThrow(
      "graph 'mute': expected an output, got none. Export the model with its logits among the outputs.",
    );
  });
});
