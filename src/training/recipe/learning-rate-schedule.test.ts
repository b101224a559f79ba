import { describe, expect, it } from 'vitest';
import { learningRateAt, learningRateScheduleSchema } from './learning-rate-schedule.ts';

const rates = (schedule: unknown, total: number) => {
  const checked = learningRateScheduleSchema.parse(schedule);
  return Array.from({ length: total }, (_, i) => learningRateAt(checked, i + 1, total));
};

describe('learningRateAt', () => {
  it('rises linearly during the warm-up and reaches the rate at its end', () => {
    expect(rates({ kind: 'constant', learningRate: 1, warmupSteps: 4 }, 6)).toEqual([
      0.25, 0.5, 0.75, 1, 1, 1,
    ]);
  });

  it('falls along half a cosine to the final rate', () => {
    const found = rates({ kind: 'cosine', learningRate: 1, warmupSteps: 2, final: 0.1 }, 10);
    expect(found[1]).toBe(1);
    expect(found[5]).toBeCloseTo(0.55, 9);
    expect(found[9]).toBeCloseTo(0.1, 9);
    expect(found.slice(1)).toEqual(found.slice(1).toSorted((a, b) => b - a));
  });

  it('steps down after its milestones', () => {
    const schedule = { kind: 'step', learningRate: 1, milestones: [0.5, 0.8], factor: 0.5 };
    expect(rates(schedule, 10)).toEqual([1, 1, 1, 1, 1, 0.5, 0.5, 0.5, 0.25, 0.25]);
  });
});
