import { describe, expect, it } from 'vitest';
import { adviceFor } from './advice-for.ts';

const of = (method: string, preset: string, steps: number) =>
  adviceFor({ method, preset, steps: 4 }, steps).finer;

describe('advice', () => {
  it('names the finest preset of the method to the others, and no preset that it does not have', () => {
    expect(of('ecmt', 'reference', 4)).toBe(
      'What may help: the preset tuned, more steps (T = 8) or tuning, which spends spikes where they count.',
    );
    expect(of('ecmt', 'tuned', 4)).not.toContain('preset');
    expect(of('rate', 'percentile', 4)).not.toContain('preset');
  });

  it('leaves out steps where they make nothing finer', () => {
    expect(of('sigma-delta', 'unary', 4)).toBe(
      'What may help: the preset graded-8-bit or tuning, which spends spikes where they count.',
    );
  });

  it('begins with the steps that the network runs, if it was converted for others', () => {
    expect(of('rate', 'max', 8)).toBe(
      'What may help: converting it for T = 8 instead of 4, more steps (T = 16) or tuning, which spends spikes where they count.',
    );
  });

  it('tells a tuned network to spend more, and to run for its steps', () => {
    const { finer, mute } = adviceFor({ method: 'tune', preset: 'energy 0.1', steps: 2 }, 2);
    expect(finer).toBe('What may help: tuning for a higher energy or more steps (T = 4).');
    expect(mute).toBe(
      'A tuned network may start its sites one after the other: run it for the steps that it was tuned for.',
    );
  });
});
