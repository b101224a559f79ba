import { z } from 'zod';
import { defineNeuron, type StepOutputs, type StepValues } from '../dynamics/define-neuron.ts';
import { lowerPotential, lowerReset } from '../dynamics/lower-soft-reset.ts';
import { restartCharge } from '../dynamics/restarts.ts';
import {
  lowerSignedThreshold,
  type SignedThreshold,
  signedThresholds,
  thresholdBySign,
  thresholdPair,
} from '../dynamics/thresholds.ts';
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
 * Scale-and-fire neuron: its potential is scaled by the threshold and emitted as a whole number of units at once, so that
 * one time-step says what an integrate-and-fire neuron with threshold N·θ says in N steps. Negative potentials are
 * mirrored with a threshold of their own, as Transformers need it.
 *
 * Parameters `thresholdPositive` θ₊ and `thresholdNegative` θ₋, scalars or one number a channel, in units of the
 * activation.
 *
 * Good for: T = 1 where latency counts. A unit costs what a spike of an integrate-and-fire neuron costs (`unary`), unless
 * the hardware sends numbers (`graded`).
 *
 * Differs from the paper: the count is rounded to the nearest instead of down (the initial potential θ/2 of its
 * equivalence theorem), and beyond T = 1 the neuron goes on with what is left of the potential, with soft reset.
 */
export const scaleAndFire = defineNeuron({
  name: 'scale-and-fire',
  summary: 'Emits its scaled membrane potential as a whole number of units in a single step.',
  equations: [
    'm(t) = t·x̄(t) − Q(t−1), at T = 1 the input itself',
    's(t) = ±θ·clip(⌊|m(t)|/θ + 1/2⌋, 0, N), with θ₊ for m ≥ 0 and θ₋ for m < 0',
    'Q(t) = Q(t−1) + s(t);  decoded: Q(t)/t',
  ].join('\n'),
  paper:
    'Chen, Yang, Meng et al.: One-Timestep is Enough: Achieving High-performance ANN-to-SNN Conversion via Scale-and-Fire Neurons (SFormer), 2025, arXiv:2510.23383',
  attributes: z.object(uniformAttributes),
  parameters: signedThresholds,
  state: ['emitted', 'count'],
  spikeCount: 'count',
  coding: 'rate',
  thresholds: thresholdPair,
  functionName: ({ units, spikes }) => `ScaleAndFire_${spikes}_${units}`,
  levels: unitLevels,
  step({ mean, t }, state, { thresholdPositive, thresholdNegative }, choices) {
    const potential = mean * t - state.emitted;
    const threshold = potential < 0 ? -thresholdNegative : thresholdPositive;
    const units = unitsOf(potential / threshold, 1, choices.units);
    const spike = units === 0 ? 0 : units * threshold;
    state.emitted += spike;
    state.count = spikesIn(units, choices);
    return spike;
  },
  decode: (state, t) => state.emitted / t,
  restart: restartCharge,
  levelOf: (spike, parameters) => unitLevelOf(spike, thresholdBySign(spike, parameters)),
  lower,
});

function lower(
  build: GraphBuilder,
  values: StepValues<SignedThreshold, 'emitted' | 'count'>,
  choices: UniformUnits,
): StepOutputs<'emitted' | 'count'> {
  const potential = lowerPotential(build, values);
  const threshold = lowerSignedThreshold(build, potential, values.parameters);
  const units = lowerUnits(build, potential, threshold, choices.units);
  const spike = build.op('Mul', [units, threshold], {}, { name: 'spike' });
  const { emitted, decoded } = lowerReset(build, values, spike);
  return { state: { emitted, count: lowerSpikesIn(build, units, choices) }, decoded, spike };
}
