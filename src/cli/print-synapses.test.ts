import { describe, expect, it } from 'vitest';
import type { SynapseResult } from '../results/synapse-result.ts';
import { describeSynapses } from './print-synapses.ts';

const result: SynapseResult = {
  operators: 49,
  allOperators: 75,
  inFloat: [{ site: 'blocks.5.mlp.fc2.in', reason: 'θ₊/θ₋ = 2.4' }],
  images: 64,
  steps: [
    {
      t: 1,
      agreement: 0.828125,
      agreementInterval: [0.718, 0.9006],
      top1: 0.65625,
      float32Top1: 0.671875,
      lost: 4,
      won: 3,
    },
  ],
};

describe('describeSynapses', () => {
  it('names what stays in float32 and why, and sets both kinds of synapses beside each other', () => {
    const lines = describeSynapses(result).flatMap((each) => each.split('\n'));
    expect(lines.slice(0, 3)).toEqual([
      '8-bit synapses: 49 of 75 synaptic operators',
      'left in float32: blocks.5.mlp.fc2.in (θ₊/θ₋ = 2.4)',
      'beside float32 synapses, on the first 64 images:',
    ]);
    expect(lines.find((line) => line.startsWith('1 '))).toBe(
      '1        82.8 71.8–90.1           67.2          65.6     4    3',
    );
    expect(lines.at(-1)).toMatch(/^lost, won: .* may be chance$/);
  });

  it('is brief where all operators fit and no image has a label', () => {
    const steps = result.steps.map((step) => ({
      ...step,
      top1: null,
      float32Top1: null,
      lost: null,
      won: null,
    }));
    const text = describeSynapses({ ...result, inFloat: [], steps }).join('\n');
    expect(text).not.toMatch(/left in float32|lost, won/);
    expect(text).toMatch(/82\.8 71\.8–90\.1 +– +– +– +–/);
  });
});
