import { z } from 'zod';
import { defineNeuron, type StepOutputs, type StepValues } from '../dynamics/define-neuron.ts';
import {
  fireOnLadder,
  type Ladder,
  type LadderParameter,
  ladderAttributes,
  ladderLevelOf,
  ladderLevels,
  ladderName,
  ladderParameters,
  lowerLadder,
  thresholdsOfLadder,
} from '../dynamics/ladder.ts';
import { lowerPotential, lowerReset } from '../dynamics/lower-soft-reset.ts';
import { restartCharge } from '../dynamics/restarts.ts';
import type { GraphBuilder } from '../graph/graph-builder.ts';

/** Structural choices of a burst neuron: its ladder, and how many spikes a burst may have. */
export interface BurstAttributes extends Ladder {
  /** Spikes n that one step can hold at most. */
  readonly spikes: number;
}

/**
 * Burst neuron on a ladder of any base: within a time-step it fires up to n times, each time the level that the rest of
 * its potential calls for. With one level it is the burst neuron of the paper; with base B and B − 1 spikes a value is
 * told as a number of base B; with the rule `nearest` a digit that is too large is taken back by a smaller one of the
 * other sign, which needs fewer spikes. All spikes are counted.
 *
 * Parameters as in {@link multiThreshold}, which is the case n = 1: θ₊ and θ₋, the smallest levels; the dead zone δ.
 *
 * Good for: precision at T = 1 on hardware that sends several events in a time-step, at one addition for each of them.
 *
 * Differs from the paper: signed, any number of levels; the paper's neuron has one level and fires by the rule `floor`
 * without the tolerance of θ/2.
 */
export const burst = defineNeuron({
  name: 'burst',
  summary: 'Fires up to n times in a step, each time the level of a ladder that is still called for.',
  equations: [
    'm_1(t) = t·x̄(t) − Q(t−1)',
    'for j = 1…n: s_j = the level ±θ·b^k that m_j calls for (as in the multi-threshold neuron), else 0;  m_(j+1) = m_j − s_j',
    's(t) = Σ s_j: as many spikes as there are s_j ≠ 0',
    'Q(t) = Q(t−1) + s(t);  decoded: Q(t)/t',
  ].join('\n'),
  paper:
    'Li, Zeng: Efficient and Accurate Conversion of Spiking Neural Network with Burst Spikes, IJCAI 2022, arXiv:2204.13271',
  attributes: z.object({ ...ladderAttributes, spikes: z.int().min(1).max(16).default(2) }),
  parameters: ladderParameters,
  state: ['emitted', 'count'],
  spikeCount: 'count',
  coding: 'rate',
  thresholds: thresholdsOfLadder,
  functionName: ({ spikes, ...ladder }) => `Burst_${spikes}_${ladderName(ladder)}`,
  levels: ladderLevels,
  step({ mean, t }, state, parameters, choices) {
    const potential = mean * t - state.emitted;
    let [rest, count] = [potential, 0];
    for (let j = 0; j < choices.spikes; j++) {
      const spike = fireOnLadder(rest, parameters, choices);
      rest -= spike;
      count += Number(spike !== 0);
    }
    const sum = count === 0 ? 0 : potential - rest;
    state.emitted += sum;
    state.count = count;
    return sum;
  },
  decode: (state, t) => state.emitted / t,
  restart: restartCharge,
  levelOf: (sum, parameters, ladder) =>
    Math.min(Math.max(ladderLevelOf(sum, parameters, ladder), 0), ladder.levels - 1),
  lower,
});

function lower(
  build: GraphBuilder,
  values: StepValues<LadderParameter, 'emitted' | 'count'>,
  choices: BurstAttributes,
): StepOutputs<'emitted' | 'count'> {
  const potential = lowerPotential(build, values);
  const [zero, one] = [build.scalar('zero', 0), build.scalar('one', 1)];
  let [rest, count] = [potential, zero];
  for (let j = 0; j < choices.spikes; j++) {
    const spike = lowerLadder(build, rest, values.parameters, choices);
    rest = build.op('Sub', [rest, spike]);
    const silent = build.op('Equal', [spike, zero]);
    count = build.op('Add', [count, build.op('Where', [silent, zero, one])]);
  }
  const spike = build.op('Sub', [potential, rest], {}, { name: 'spike' });
  const { emitted, decoded } = lowerReset(build, values, spike);
  return { state: { emitted, count }, decoded, spike };
}
