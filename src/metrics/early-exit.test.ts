import { describe, expect, it } from 'vitest';
import { confidenceOfRows } from './confidence.ts';
import { earlyExit, exitStep } from './early-exit.ts';

describe('confidenceOfRows', () => {
  it('is the largest softmax of each row', () => {
    const [sure, even] = confidenceOfRows({ shape: [2, 2], data: Float32Array.of(0, Math.log(3), 500, 500) });
    expect(sure).toBeCloseTo(3 / 4, 6);
    expect(even).toBe(1 / 2);
  });
});

describe('earlyExit', () => {
  const predictions = [
    { id: 'a', label: 1, source: [1], steps: [[2], [1], [1]], confidence: [0.4, 0.7, 0.9] },
    { id: 'b', label: 2, source: [3], steps: [[2], [3], [3]], confidence: [0.8, 0.9, 0.9] },
  ];

  it('answers at the first step that is confident enough', () => {
    expect(earlyExit(predictions, 0.6)).toMatchObject({
      meanSteps: 1.5,
      exits: [0.5, 0.5, 0],
      top1: { value: 1 },
      agreement: { value: 0.5 },
    });
  });

  it('answers at the last step when none is', () => {
    expect(exitStep([0.1, 0.2], 0.3)).toBe(2);
    expect(earlyExit(predictions, 1)).toMatchObject({ meanSteps: 3, exits: [0, 0, 1], top1: { value: 0.5 } });
  });
});
