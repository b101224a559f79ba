import type { AnyNeuron, Parameters } from '../dynamics/define-neuron.ts';
import { runNeuron } from '../dynamics/run-neuron.ts';

/**
 * What a neuron compares with its thresholds.
 *
 * - `sum`: what has arrived and was not emitted yet, m(t) = t·x̄(t) − Q(t−1), with decoded value Q(t)/t
 * - `difference`: by how much the value sent so far is off, m(t) = x̄(t) − D(t−1), with decoded value D(t)
 */
export type Coding = 'sum' | 'difference';

/**
 * Finds out from a neuron's own reference step whether its spikes add up to T times the decoded value or to the decoded
 * value itself; `undefined` for one whose spikes do neither.
 */
export function codingOf(neuron: AnyNeuron, attributes: unknown, parameters: Parameters): Coding | undefined {
  const hidden = neuron.rehearsal?.steps(attributes) ?? 0;
  const threshold = parameters.thresholdPositive ?? parameters.threshold ?? 1;
  const means = new Float64Array(hidden + 3).fill(2.3 * threshold);
  const seen: { spike: number; decoded: number }[] = [];
  runNeuron(neuron, attributes, parameters, means, (_, spike, decoded) => seen.push({ spike, decoded }));
  const emitted = seen.slice(hidden).reduce((sum, { spike }) => sum + spike, 0);
  const { decoded } = seen.at(-1)!;
  const near = (value: number) => Math.abs(value - decoded) <= 1e-9 * Math.abs(decoded);
  if (emitted === 0) return undefined;
  return near(emitted / 3) ? 'sum' : near(emitted) ? 'difference' : undefined;
}

/**
 * Membrane potential before the neuron fires at step t ≥ 1. An initial potential v(0) and a leak are not in it.
 *
 * @param mean x̄(t)
 * @param before decoded value after step t − 1; 0 for t = 1
 */
export function membranePotential(coding: Coding, t: number, mean: number, before: number): number {
  return coding === 'sum' ? t * mean - (t - 1) * before : mean - before;
}
