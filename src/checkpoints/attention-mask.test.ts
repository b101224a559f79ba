import { describe, expect, it } from 'vitest';
import { Graph } from '../graph/graph.ts';
import { Model } from '../graph/model.ts';
import { evaluateModel } from '../interpreter/evaluate-model.ts';
import { ndArray } from '../interpreter/nd-array.ts';
import { addTextBias, addTokenPositions, type Sight } from './attention-mask.ts';
import { NetworkBuilder } from './network-builder.ts';

/** Which of four tokens, the last of them padding, sees which: a row for each that looks. */
function sees(sight: Sight): string[] {
  const graph = new Graph('toy');
  graph.addInput({ name: 'mask', dataType: 'int64', shape: ['batch', 'tokens'] });
  const net = new NetworkBuilder(graph, new Map());
  const bias = addTextBias(net, 'mask', addTokenPositions(net, 'mask'), sight);
  graph.addOutput({ name: bias, dataType: 'float32', shape: ['batch', 1, 'rows', 'tokens'] });
  const mask = ndArray([1, 4], Float64Array.of(1, 1, 1, 0));
  const { data } = evaluateModel(new Model(graph, 17), { mask }).get(bias)!;
  const marks = Array.from(data, (value) => (value === 0 ? 'x' : '.')).join('');
  return marks.match(/.{4}/g)!;
}

describe('addTextBias', () => {
  it('hides padding alone from an encoder', () => {
    expect(sees({ causal: false, reach: undefined })).toEqual(['xxx.']);
  });

  it('hides later tokens from a decoder', () => {
    expect(sees({ causal: true, reach: undefined })).toEqual(['x...', 'xx..', 'xxx.', 'xxx.']);
  });

  it('hides far tokens where attention is local', () => {
    expect(sees({ causal: false, reach: 1 })).toEqual(['xx..', 'xxx.', '.xx.', '..x.']);
  });
});
