import { z } from 'zod';
import { defineNeuron, type StepOutputs, type StepValues } from '../dynamics/define-neuron.ts';
import { keepState } from '../dynamics/restarts.ts';
import { oneThreshold } from '../dynamics/thresholds.ts';
import {
  lowerSpikesIn,
  lowerUnits,
  spikesIn,
  type UniformUnits,
  uniformAttributes,
  unitLevelOf,
  unitLevels,
  unitsOf,
} from '../dynamics/uniform-units.ts';
import type { GraphBuilder } from '../graph/graph-builder.ts';

/**
 * Sigma-delta neuron: it sends by how many units of one threshold θ its input has moved away from what it has sent so
 * far (delta), and the receiver sums up (sigma). What is left over, at most θ/2, is kept for the next step. A neuron whose
 * input stays as it is falls silent after the first step, so that further steps cost only what changes.
 *
 * Parameter `threshold` θ > 0, a scalar or one number a channel, in units of the activation.
 *
 * Good for: inputs that change slowly (video, later time-steps) on hardware with graded spikes, such as Loihi 2.
 *
 * Differs from the paper: a step emits at most N units of each sign, so that a spike fits in a number of bits; what
 * exceeds them follows at the next step.
 */
export const sigmaDelta = defineNeuron({
  name: 'sigma-delta',
  summary: 'Sends the rounded difference between its input and what it has sent before.',
  equations: [
    'm(t) = x̄(t) − D(t−1)',
    's(t) = sgn(m(t))·θ·min(⌊|m(t)|/θ + 1/2⌋, N)',
    'D(t) = D(t−1) + s(t);  decoded: D(t)',
  ].join('\n'),
  paper:
    "O'Connor, Welling: Sigma-Delta Quantized Networks, ICLR 2017, arXiv:1611.02024; earlier for spiking neurons: Yoon: LIF and Simplified SRM Neurons Encode Signals Into Spikes via a Form of Asynchronous Pulse Sigma-Delta Modulation, IEEE TNNLS 2017, doi:10.1109/TNNLS.2016.2526029",
  attributes: z.object(uniformAttributes),
  parameters: ['threshold'],
  state: ['sent', 'count'],
  spikeCount: 'count',
  coding: 'differential',
  thresholds: oneThreshold,
  functionName: ({ units, spikes }) => `SigmaDelta_${spikes}_${units}`,
  levels: unitLevels,
  step({ mean }, state, { threshold }, choices) {
    const potential = mean - state.sent;
    const units = unitsOf(Math.abs(potential), threshold, choices.units);
    const spike = units === 0 ? 0 : Math.sign(potential) * units * threshold;
    state.sent += spike;
    state.count = spikesIn(units, choices);
    return spike;
  },
  decode: (state) => state.sent,
  restart: keepState,
  levelOf: (spike, { threshold }) => unitLevelOf(spike, threshold),
  lower,
});

function lower(
  build: GraphBuilder,
  { mean, state, parameters: { threshold } }: StepValues<'threshold', 'sent' | 'count'>,
  choices: UniformUnits,
): StepOutputs<'sent' | 'count'> {
  const potential = build.op('Sub', [mean, state.sent], {}, { name: 'potential' });
  const units = lowerUnits(build, build.op('Abs', [potential]), threshold, choices.units);
  const signed = build.op('Mul', [build.op('Sign', [potential]), units]);
  const spike = build.op('Mul', [signed, threshold], {}, { name: 'spike' });
  const sent = build.op('Add', [state.sent, spike], {}, { name: 'sent' });
  return { state: { sent, count: lowerSpikesIn(build, units, choices) }, decoded: sent, spike };
}
