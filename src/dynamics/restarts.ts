import type { Restarted, State, StepInput } from './define-neuron.ts';

/**
 * Restart of a neuron whose potential is m(t) = t·x̄(t) − Q(t−1): what is left of the charge, r = t·x̄(t) − Q(t), stays as Q(0) = −r, which
 * nobody was sent.
 */
export function restartCharge<S extends string>(
  state: Readonly<State<S | 'emitted'>>,
  { mean, t }: StepInput,
): Restarted<S | 'emitted'> {
  const emitted = state.emitted - mean * t;
  return { state: { ...state, emitted }, surplus: emitted };
}

/** Restart of a neuron whose state says nothing of sums over time: it goes on as it is. */
export function keepState<S extends string>(state: Readonly<State<S>>): Restarted<S> {
  return { state: { ...state }, surplus: 0 };
}
