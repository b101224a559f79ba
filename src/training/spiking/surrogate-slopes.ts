import { z } from 'zod';
import { times } from '../../differentiation/gradient-operators.ts';
import type { GraphBuilder } from '../../graph/graph-builder.ts';

const positive = z.number().positive();

/** Which slope stands for the derivative of a spike [z > 0] with z = m/θ − 1. */
export const surrogateSchema = z.discriminatedUnion('kind', [
  /** γ·max(0, 1 − |z|): Rathi, Roy: DIET-SNN, arXiv:2008.03658; the `linear` one of Rathi et al. 2020. */
  z.strictObject({ kind: z.literal('linear'), height: positive.default(0.3) }),
  /** α·e^(−β·Δt), Δt the steps since the neuron last fired; 0 before it has: Rathi et al. 2020, arXiv:2005.01807, eq. 9. */
  z.strictObject({
    kind: z.literal('spike-timing'),
    height: positive.default(0.3),
    decay: positive.default(0.01),
  }),
  /** h/(1 + (π·a·z/2)²)·a/2: Fang et al. 2021, arXiv:2007.05785. */
  z.strictObject({ kind: z.literal('arctan'), sharpness: positive.default(2) }),
]);

/** A surrogate slope with its settings. */
export type Surrogate = z.output<typeof surrogateSchema>;

/** A surrogate slope as it is written; what is missing has its default. */
export type SurrogateInput = z.input<typeof surrogateSchema>;

/** Appends the slope of one spike. @param fired 1 or 0 @param z potential in units of the threshold, less 1 */
export type SlopeOfStep = (build: GraphBuilder, fired: string, z: string) => string;

/** The slopes of the neurons of one site, step after step. */
export function slopesOf(surrogate: Surrogate): SlopeOfStep {
  if (surrogate.kind === 'spike-timing') return spikeTiming(surrogate);
  if (surrogate.kind === 'arctan') return (build, _fired, z) => arctanSlope(build, z, surrogate.sharpness);
  return (build, _fired, z) => {
    const distance = build.op('Abs', [z]);
    const height = build.op('Sub', [build.scalar('one', 1), distance]);
    return times(build, build.op('Relu', [height]), surrogate.height);
  };
}

/** So long ago that its slope is 0. */
const never = -1e9;

/**
 * The published code writes (e^(−Δt))^β with Δt ≈ 1000 for a neuron that has not fired, which is 0 in floating point: what
 * it computes, rather than the formula's small slope, is what its results were made with.
 */
function spikeTiming({ height, decay }: { height: number; decay: number }): SlopeOfStep {
  let step = 0;
  let last: string | undefined;
  return (build, fired, z) => {
    step++;
    const before = last ?? build.op('Add', [times(build, z, 0), build.scalar('never', never)]);
    const now = build.scalar('now', step);
    const elapsed = build.op('Sub', [now, before]);
    last = build.op('Where', [build.op('Cast', [fired], { to: 9 }), now, before]);
    return times(build, build.op('Exp', [times(build, elapsed, -decay)]), height);
  };
}

function arctanSlope(build: GraphBuilder, z: string, sharpness: number): string {
  const scaled = times(build, z, (Math.PI * sharpness) / 2);
  const below = build.op('Add', [build.op('Mul', [scaled, scaled]), build.scalar('one', 1)]);
  return build.op('Div', [build.scalar('top', sharpness / 2), below]);
}
