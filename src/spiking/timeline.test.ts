import { describe, expect, it } from 'vitest';
import { integrateAndFire } from '../neurons/integrate-and-fire.ts';
import { spikeOnce } from '../neurons/spike-once.ts';
import { timelineOf } from './timeline.ts';

describe('timelineOf', () => {
  it('says whether steps are those of one run, or runs of their own', () => {
    expect(timelineOf([])).toBe('steps');
    expect(timelineOf([{ name: 'a', neuron: integrateAndFire }])).toBe('steps');
    expect(timelineOf([{ name: 'a', neuron: spikeOnce }])).toBe('slots');
  });

  it('refuses neurons that do not agree', () => {
    const sites = [
      { name: 'a', neuron: spikeOnce },
      { name: 'b', neuron: integrateAndFire },
    ];
    expect(() => timelineOf(sites)).toThrow(
      "site 'b': neuron 'integrate-and-fire': expected neurons whose time-steps are slots, as at site 'a', got steps. Give all neurons of a network the same timeline.",
    );
  });
});
