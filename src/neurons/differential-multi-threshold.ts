import { z } from 'zod';
import { defineNeuron } from './define-neuron.ts';
import {
  fireOnLadder,
  type Ladder,
  ladderAttributes,
  ladderLevelOf,
  ladderLevels,
  ladderName,
  ladderParameters,
  lowerLadder,
} from './ladder.ts';

/**
 * Multi-threshold neuron with differential coding: a spike changes the value that the following operators hold instead of
 * adding to its running mean. A neuron whose input stays as it is falls silent, and every further spike makes the value
 * more precise; what is left is smaller than the dead zone or a fraction of the last spike.
 *
 * Parameters as in {@link multiThreshold}: θ₊ and θ₋, the smallest levels; the dead zone δ in units of them.
 *
 * Differs from the paper, in which what a spike changes shrinks with 1/t: here it counts the same at every step, so that a
 * late change of the input is followed as fast as an early one.
 */
export const differentialMultiThreshold = defineNeuron<Ladder>({
  name: 'differential-multi-threshold',
  summary:
    'Emits at each step the level of a signed ladder by which the value it has sent so far should change.',
  equations: [
    'm(t) = x̄(t) − D(t−1)',
    's(t) = ±θ·b^k, the level that m(t) calls for as in the multi-threshold neuron; 0 for |m(t)| < δ·θ',
    'D(t) = D(t−1) + s(t);  decoded: D(t)',
  ].join('\n'),
  paper:
    'Huang, Fang, Bu, Xue, Hao, Liu, Tang, Yu, Huang: Differential Coding for Training-Free ANN-to-SNN Conversion, ICML 2025, arXiv:2503.00301',
  attributes: z.object(ladderAttributes),
  parameters: ladderParameters,
  state: ['sent'],
  functionName: (ladder) => `DifferentialMultiThreshold_${ladderName(ladder)}`,
  levels: ladderLevels,
  step({ mean }, state, parameters, ladder) {
    const spike = fireOnLadder(mean - state[0]!, parameters, ladder);
    state[0]! += spike;
    return spike;
  },
  decode: (state) => state[0]!,
  levelOf: ladderLevelOf,
  lower(build, { mean, state, parameters }, ladder) {
    const potential = build.op('Sub', [mean, state.sent!], {}, { name: 'potential' });
    const spike = lowerLadder(build, potential, parameters, ladder);
    const sent = build.op('Add', [state.sent!, spike], {}, { name: 'sent' });
    return { state: { sent }, decoded: sent, spike };
  },
});
