import { z } from 'zod';
import { defineNeuron } from '../dynamics/define-neuron.ts';
import { differentialLearning } from '../dynamics/differential-learning.ts';
import {
  fireOnLadder,
  halfLevel,
  ladderAttributes,
  ladderLevelOf,
  ladderLevels,
  ladderName,
  ladderParameters,
  ladderThresholds,
  lowerLadder,
  thresholdsOfLadder,
} from '../dynamics/ladder.ts';
import { keepState } from '../dynamics/restarts.ts';

/**
 * Multi-threshold neuron with differential coding: a spike changes the value that the following operators hold instead of
 * adding to its running mean. A neuron whose input stays as it is falls silent, and every further spike makes the value
 * more precise; what is left is smaller than the dead zone or a fraction of the last spike.
 *
 * Parameters: θ₊ and θ₋, the smallest levels, and the dead zone δ in units of them, as in the multi-threshold neuron; the
 * onset t₀, the first time-step at which the neuron may fire (1: from the start). Where deep layers start later, they do
 * not spend spikes on values that earlier layers are still correcting.
 *
 * Differs from the paper, in which what a spike changes shrinks with 1/t: here it counts the same at every step, so that a
 * late change of the input is followed as fast as an early one. The onset is not in the paper.
 */
export const differentialMultiThreshold = defineNeuron({
  name: 'differential-multi-threshold',
  summary:
    'Emits at each step the level of a signed ladder by which the value it has sent so far should change.',
  equations: [
    'm(t) = x̄(t) − D(t−1)',
    's(t) = ±θ·b^k, the level that m(t) calls for as in the multi-threshold neuron; 0 for |m(t)| < δ·θ or t < t₀',
    'D(t) = D(t−1) + s(t);  decoded: D(t)',
  ].join('\n'),
  paper:
    'Huang, Fang, Bu, Xue, Hao, Liu, Tang, Yu, Huang: Differential Coding for Training-Free ANN-to-SNN Conversion, ICML 2025, arXiv:2503.00301',
  attributes: z.object(ladderAttributes),
  parameters: [...ladderParameters, 'onset'],
  state: ['sent'],
  coding: 'differential',
  thresholds: {
    ...thresholdsOfLadder,
    toParameters: (positive, negative) => differentialThresholds(positive, negative),
  },
  functionName: (ladder) => `DifferentialMultiThreshold_${ladderName(ladder)}`,
  levels: ladderLevels,
  step({ mean, t }, state, parameters, ladder) {
    if (t < parameters.onset) return 0;
    const spike = fireOnLadder(mean - state.sent, parameters, ladder);
    state.sent += spike;
    return spike;
  },
  decode: (state) => state.sent,
  restart: keepState,
  levelOf: ladderLevelOf,
  lower(build, { mean, t, state, parameters }, ladder) {
    const potential = build.op('Sub', [mean, state.sent], {}, { name: 'potential' });
    const wanted = lowerLadder(build, potential, parameters, ladder);
    const early = build.op('Less', [t, parameters.onset]);
    const spike = build.op('Where', [early, build.scalar('none', 0), wanted]);
    const sent = build.op('Add', [state.sent, spike], {}, { name: 'sent' });
    return { state: { sent }, decoded: sent, spike };
  },
  learning: differentialLearning,
});

/** Parameters of a neuron with differential coding. @param deadZone in units of the threshold @param onset first step */
export function differentialThresholds(positive: number, negative: number, deadZone = halfLevel, onset = 1) {
  return { ...ladderThresholds(positive, negative, deadZone), onset };
}
