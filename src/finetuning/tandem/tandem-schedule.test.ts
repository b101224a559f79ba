import { describe, expect, it } from 'vitest';
import { TandemSchedule } from './tandem-schedule.ts';

describe('TandemSchedule', () => {
  it('ends a stage after the patience, and starts the next one without a memory', () => {
    const schedule = new TandemSchedule({ layers: 2, patience: 2 });
    const told = (score: number) => {
      const { better, ends } = schedule.after(score);
      return [better, ends, schedule.stage, schedule.waited];
    };
    expect(told(0.5)).toEqual([true, false, 0, 0]);
    expect(told(0.5)).toEqual([false, false, 0, 1]);
    expect(told(0.6)).toEqual([true, false, 0, 0]);
    expect(told(0.4)).toEqual([false, false, 0, 1]);
    expect(told(0.6)).toEqual([false, true, 1, 0]);
    expect(told(0.1)).toEqual([true, false, 1, 0]);
    told(0.1);
    expect(told(0.1)).toEqual([false, true, 2, 0]);
    expect(schedule.best).toBe(0.1);
    // The head alone is left.
    expect(told(0.9)).toEqual([false, false, 2, 0]);
    expect(schedule.best).toBe(0.1);
  });

  it('ends a stage after its longest time, the best epoch included', () => {
    const schedule = new TandemSchedule({ layers: 1, patience: 9, stageEpochs: 2 });
    expect(schedule.after(-3)).toEqual({ better: true, ends: false });
    expect(schedule.after(-2)).toEqual({ better: true, ends: true });
    expect(schedule.stage).toBe(1);
  });
});
