import type { AnyNeuron, Parameters } from '../dynamics/define-neuron.ts';
import { runNeuron } from '../dynamics/run-neuron.ts';

/** The smallest and the largest value that a neuron can decode to after T steps. */
export type Range = readonly [lowest: number, highest: number];

/** Larger than anything a ladder reaches, in units of the largest parameter. */
const beyond = 1e6;

/**
 * Drives a neuron's own reference step as hard as it takes, both ways. Every parameter counts as an amplitude, a dead zone in units of
 * the threshold, too: how hard is too hard there is not, but a neuron that is not driven past its dead zone would seem to say nothing.
 */
export function representableRange(
  neuron: AnyNeuron,
  attributes: unknown,
  parameters: Parameters,
  steps: number,
): Range {
  const drive = beyond * Math.max(1, ...Object.values(parameters).map(Math.abs));
  const means = new Float64Array((neuron.rehearsal?.steps(attributes) ?? 0) + steps);
  const reached = (mean: number) => {
    let last = 0;
    runNeuron(neuron, attributes, parameters, means.fill(mean), (_, __, decoded) => {
      last = decoded;
    });
    return last;
  };
  return [reached(-drive), reached(drive)];
}
