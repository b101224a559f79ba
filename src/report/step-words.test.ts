import { describe, expect, it } from 'vitest';
import { stepWords } from './step-words.ts';

describe('what figures call the steps of a run', () => {
  it('are time-steps', () => {
    expect(stepWords({ windows: null })).toEqual({
      axis: 'time-step T',
      after: 'after each time-step',
      rate: 'spikes a neuron and step',
      during: 'at each time-step',
      latency: '',
    });
  });

  it('are slots where neurons spike once, with the latency of a run', () => {
    const { axis, rate, latency } = stepWords({ windows: 8 });
    expect([axis, rate]).toEqual(['slots of a window T', 'spikes a neuron']);
    expect(latency).toBe(' A run lasts 8 windows, at most 8 · T slots.');
  });
});
