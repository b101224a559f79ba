import { z } from 'zod';
import { defineNeuron } from '../dynamics/define-neuron.ts';
import {
  fireOnLadder,
  ladderAttributes,
  ladderLevelOf,
  ladderLevels,
  ladderName,
  ladderParameters,
  lowerLadder,
  thresholdsOfLadder,
} from '../dynamics/ladder.ts';
import { ladderLearning } from '../dynamics/ladder-learning.ts';
import { lowerPotential, lowerReset } from '../dynamics/lower-soft-reset.ts';
import { restartCharge } from '../dynamics/restarts.ts';

/**
 * Multi-threshold neuron of ECMT: a ladder of positive levels θ₊·b^k and one of negative levels −θ₋·b^k,
 * k = 0…n−1; at most one of them fires in a step, and what it emits is subtracted from the membrane potential
 * (soft reset). θ₊ and θ₋ are the smallest levels.
 *
 * Rule `floor` is the test of the published reference code: the largest level with m ≥ θ·b^k − θ/2 (mirrored for
 * negative m). Rule `nearest` is the wording of the paper: the level nearest to m, that is boundaries halfway
 * between neighbouring levels.
 *
 * Differs from the paper: θ₊ and θ₋ are the smallest levels rather than the largest; the base is free (2 in the paper);
 * so is the dead zone δ, below which nothing is emitted (θ/2 in the paper).
 */
export const multiThreshold = defineNeuron({
  name: 'multi-threshold',
  summary: 'Emits at each step the level of a signed ladder that its membrane potential calls for.',
  equations: [
    'm(t) = t·x̄(t) − Q(t−1)',
    'floor: s(t) = ±θ·b^k with the largest k such that |m(t)| ≥ θ·b^k − θ/2',
    'nearest: s(t) = ±θ·b^k with the largest k such that |m(t)| ≥ θ·(b^(k−1) + b^k)/2',
    'k = 0 where there is none; s(t) = 0 for |m(t)| < δ·θ',
    'Q(t) = Q(t−1) + s(t);  decoded: Q(t)/t',
  ].join('\n'),
  paper:
    'Huang, Shi, Hao, Bu, Ding, Yu, Huang: Towards High-performance Spiking Transformers from ANN to SNN Conversion, ACM Multimedia 2024, arXiv:2502.21193, section 4.2',
  attributes: z.object(ladderAttributes),
  parameters: ladderParameters,
  state: ['emitted'],
  coding: 'rate',
  thresholds: thresholdsOfLadder,
  functionName: (ladder) => `MultiThreshold_${ladderName(ladder)}`,
  levels: ladderLevels,
  step({ mean, t }, state, parameters, ladder) {
    const spike = fireOnLadder(mean * t - state.emitted, parameters, ladder);
    state.emitted += spike;
    return spike;
  },
  decode: (state, t) => state.emitted / t,
  restart: restartCharge,
  levelOf: ladderLevelOf,
  lower(build, values, ladder) {
    const spike = lowerLadder(build, lowerPotential(build, values), values.parameters, ladder);
    const { emitted, decoded } = lowerReset(build, values, spike);
    return { state: { emitted }, decoded, spike };
  },
  learning: ladderLearning,
});
