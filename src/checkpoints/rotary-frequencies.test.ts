import { describe, expect, it } from 'vitest';
import { rotaryFrequencies } from './rotary-frequencies.ts';

const never = (): never => {
  throw new Error('reported');
};

describe('rotaryFrequencies', () => {
  it('falls from 1 with the power of theta', () => {
    expect([...rotaryFrequencies(4, 100, {}, never)]).toEqual([1, 0.1]);
    expect([...rotaryFrequencies(4, 100, { rope_type: 'linear', factor: 2 }, never)]).toEqual([0.5, 0.05]);
  });

  it('stretches long waves only, as Llama 3 does it', () => {
    const scaling = { rope_type: 'llama3', factor: 8, low_freq_factor: 1, high_freq_factor: 4 };
    const at = (frequency: number) => {
      const theta = frequency ** -2;
      const trained = { ...scaling, original_max_position_embeddings: 2 * Math.PI };
      return rotaryFrequencies(4, theta, trained, never)[1]! / frequency;
    };
    // Turns within the texts of the first training are equal to the frequency here.
    expect(at(5)).toBeCloseTo(1, 12);
    expect(at(0.5)).toBeCloseTo(1 / 8, 12);
    expect(at(2.5)).toBeCloseTo(0.5 + 0.5 / 8, 12);
  });

  it('reports other kinds', () => {
    const got: unknown[] = [];
    rotaryFrequencies(4, 100, { rope_type: 'yarn' }, (problem) => got.push(problem.got));
    expect(got).toEqual(["'yarn'"]);
  });
});
