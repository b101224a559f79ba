import { z } from 'zod';
import type { GraphBuilder } from '../graph/graph-builder.ts';

/** Attributes of neurons whose output is a whole number of units of one threshold. */
export const uniformAttributes = {
  /** Units N that one step can emit at most, of each sign. */
  units: z.int().min(1).max(1023).default(15),
  /**
   * What the units of a step count as: `graded`, one spike that carries their number; `unary`, one spike for each of
   * them. The numbers that are computed are the same.
   */
  spikes: z.enum(['graded', 'unary']).default('graded'),
} as const;

/** Structural choices of a neuron that emits whole units. */
export interface UniformUnits {
  readonly units: number;
  readonly spikes: 'graded' | 'unary';
}

/** Number of units nearest to a magnitude, at most N: min(⌊|m|/θ + 1/2⌋, N). */
export function unitsOf(magnitude: number, threshold: number, most: number): number {
  return Math.min(Math.floor(magnitude / threshold + 0.5), most);
}

/** {@link unitsOf} as standard operators. @returns the name of the number of units */
export function lowerUnits(build: GraphBuilder, magnitude: string, threshold: string, most: number): string {
  const ratio = build.op('Div', [magnitude, threshold]);
  const nearest = build.op('Floor', [build.op('Add', [ratio, build.scalar('half', 0.5)])]);
  return build.op('Min', [nearest, build.scalar('most', most)], {}, { name: 'units' });
}

/** How many spikes a number of units counts as. */
export function spikesIn(units: number, { spikes }: UniformUnits): number {
  return spikes === 'unary' ? units : Math.min(units, 1);
}

/** {@link spikesIn} as standard operators. */
export function lowerSpikesIn(build: GraphBuilder, units: string, { spikes }: UniformUnits): string {
  return spikes === 'unary' ? units : build.op('Min', [units, build.scalar('one', 1)], {}, { name: 'count' });
}

/** Amplitudes of a step's output in units of the threshold. */
export function unitLevels({ units }: UniformUnits): number[] {
  return Array.from({ length: units }, (_, i) => i + 1);
}

/** Position of a step's output among {@link unitLevels}. @param threshold that of the output's sign */
export function unitLevelOf(spike: number, threshold: number): number {
  return Math.round(Math.abs(spike) / threshold) - 1;
}
