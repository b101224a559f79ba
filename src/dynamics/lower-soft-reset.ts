import type { GraphBuilder } from '../graph/graph-builder.ts';
import type { StepValues } from './define-neuron.ts';

/** A time-step of a neuron whose state `emitted` is Q. */
type EmittingStep = StepValues<never, 'emitted'>;

/**
 * The membrane potential of a neuron with soft reset whose state `emitted` is Q: m(t) = t·x̄(t) − Q(t−1).
 *
 * @returns the name of the potential
 */
export function lowerPotential(build: GraphBuilder, { mean, t, state }: EmittingStep): string {
  const accumulated = build.op('Mul', [mean, t]);
  return build.op('Sub', [accumulated, state.emitted], {}, { name: 'potential' });
}

/**
 * The magnitude of a potential in units of the threshold of its sign. Multiplied with the reciprocal rather than divided,
 * as the fast kernels do, so that both round alike.
 *
 * @param threshold as `lowerSignedThreshold` gives it
 * @returns the name of the ratio
 */
export function lowerMagnitude(build: GraphBuilder, potential: string, threshold: string): string {
  return build.op('Mul', [potential, build.op('Reciprocal', [threshold])], {}, { name: 'ratio' });
}

/** Soft reset: Q(t) = Q(t−1) + s(t), and the decoded value Q(t)·(1/t), which rounds as in the fast kernels. */
export function lowerReset(
  build: GraphBuilder,
  { t, state }: EmittingStep,
  spike: string,
): { emitted: string; decoded: string } {
  const emitted = build.op('Add', [state.emitted, spike], {}, { name: 'emitted' });
  const share = build.op('Reciprocal', [t]);
  return { emitted, decoded: build.op('Mul', [emitted, share], {}, { name: 'decoded' }) };
}
