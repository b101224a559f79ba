import { z } from 'zod';

/** A share of a whole. */
export const share = z.number().min(0).max(1);

/** Bounds of a 95 % interval (Wilson). */
export const interval = z.tuple([z.number(), z.number()]).readonly();

/** A list of numbers: one a step, a neuron, a class. */
export const numbers = list(z.number());

/** A list that is read, never changed. */
export function list<S extends z.ZodType>(of: S) {
  return z.array(of).readonly();
}
