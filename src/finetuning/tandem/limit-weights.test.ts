import { describe, expect, it } from 'vitest';
import { Tensor } from '../../graph/tensor.ts';
import { limitWeights } from './limit-weights.ts';

describe('limitWeights', () => {
  const weights = Tensor.float32([3, 2], [1, -4, -3, 2, 2, 2]);

  it('keeps the largest weights of each neuron, whichever axis neurons lie on', () => {
    expect([...limitWeights(weights, 1, { fanIn: 2 }).toFloat32()]).toEqual([0, -4, -3, 2, 2, 0]);
    expect([...limitWeights(weights, 0, { fanIn: 1 }).toFloat32()]).toEqual([0, -4, -3, 0, 2, 0]);
    expect(limitWeights(weights, 1, {})).toBe(weights);
  });

  it('rounds with one scale for each neuron, and what was rounded before stays', () => {
    const rounded = limitWeights(weights, 0, { weightBits: 2 });
    expect(new Set([...rounded.toFloat32().slice(0, 2)].map(Math.abs)).size).toBeLessThanOrEqual(2);
    expect([...limitWeights(rounded, 0, { weightBits: 2 }).toFloat32()]).toEqual([...rounded.toFloat32()]);
  });
});
