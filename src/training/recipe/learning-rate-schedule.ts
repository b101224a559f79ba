import { z } from 'zod';

const base = {
  /** Learning rate after the warm-up. */
  learningRate: z.number().positive(),
  /** Steps in which the learning rate rises linearly from 0. */
  warmupSteps: z.int().min(0).default(0),
};

/** Settings of a learning-rate schedule. */
export const learningRateScheduleSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('constant'), ...base }),
  z.strictObject({
    kind: z.literal('cosine'),
    ...base,
    /** Learning rate at the end. */
    final: z.number().min(0).default(0),
  }),
  z.strictObject({
    kind: z.literal('step'),
    ...base,
    /** Parts of the whole training, in (0, 1), at which the rate is multiplied by `factor`. */
    milestones: z.array(z.number().gt(0).lt(1)).default([0.5, 0.75]),
    factor: z.number().positive().default(0.1),
  }),
]);

/** Checked settings of a schedule. */
export type LearningRateSchedule = z.infer<typeof learningRateScheduleSchema>;

/**
 * Learning rate of a step.
 *
 * @param step counted from 1
 * @param total number of steps of the whole training
 */
export function learningRateAt(schedule: LearningRateSchedule, step: number, total: number): number {
  const { learningRate, warmupSteps } = schedule;
  if (step <= warmupSteps) return (learningRate * step) / warmupSteps;
  const progress = (step - warmupSteps) / Math.max(total - warmupSteps, 1);
  if (schedule.kind === 'cosine') {
    const share = (1 + Math.cos(Math.PI * Math.min(progress, 1))) / 2;
    return schedule.final + (learningRate - schedule.final) * share;
  }
  if (schedule.kind === 'step') {
    const passed = schedule.milestones.filter((milestone) => step / total > milestone).length;
    return learningRate * schedule.factor ** passed;
  }
  return learningRate;
}
