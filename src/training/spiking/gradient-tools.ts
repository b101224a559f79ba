import { coupled, coupledAsIs, stopGradient } from '../../differentiation/operators/straight-through.ts';
import { addTrainingOperator } from '../../differentiation/operators/training-operator.ts';
import type { GradientTools } from '../../dynamics/learning.ts';
import type { GraphBuilder } from '../../graph/graph-builder.ts';
import { type Surrogate, slopesOf } from './surrogate-slopes.ts';

/** The value; no gradient passes. */
export function detached(build: GraphBuilder, value: string): string {
  return addTrainingOperator(build, stopGradient, [value]);
}

/** The tools of the neurons of one site, whose operators go where the builder puts them. */
export function gradientTools(build: GraphBuilder, surrogate: Surrogate): GradientTools {
  const slopeOf = slopesOf(surrogate);
  const couple = (value: string, carrier: string, slope?: string) =>
    slope === undefined
      ? addTrainingOperator(build, coupledAsIs, [value, carrier])
      : addTrainingOperator(build, coupled, [value, carrier, slope]);
  return {
    couple,
    detach: (value) => detached(build, value),
    surrogate: (fired, z) => couple(fired, z, slopeOf(build, fired, z)),
  };
}
