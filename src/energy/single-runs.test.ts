import { describe, expect, it } from 'vitest';
import { ofEachRun } from './single-runs.ts';

const activity = {
  hiddenSteps: 0,
  spikes: { site: [3, 5, 4] },
  inputs: { pooled: [1, 2, 2] },
  products: { product: { both: [1, 1, 2], left: [0, 1, 0], right: [2, 2, 2] } },
};

/** Spikes of runs of 1, 2, … steps. */
const spikesOf = ({ spikes }: typeof activity) =>
  spikes.site.map((_, t) => spikes.site.slice(0, t + 1).reduce((a, b) => a + b, 0));

describe('runs of their own', () => {
  it('count what happens in one run alone, in the last of its steps', () => {
    expect(ofEachRun('slots', activity, (each) => [each])[1]).toEqual({
      hiddenSteps: 0,
      spikes: { site: [0, 5] },
      inputs: { pooled: [0, 2] },
      products: { product: { both: [0, 1], left: [0, 1], right: [0, 2] } },
    });
  });

  it('have the figures of their own spikes, where steps have those of all before', () => {
    const figures = (each: { spikes: Record<string, readonly number[]> }) =>
      spikesOf(each as unknown as typeof activity);
    expect(ofEachRun('steps', activity, figures)).toEqual([3, 8, 12]);
    expect(ofEachRun('slots', activity, figures)).toEqual([3, 5, 4]);
  });
});
