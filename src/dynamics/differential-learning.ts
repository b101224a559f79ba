import type { GraphBuilder } from '../graph/graph-builder.ts';
import { type Ladder, type LadderParameter, lowerLadder } from './ladder.ts';
import { ladderCarrier, smallestLevel } from './ladder-learning.ts';
import type { GradientTools, Learning } from './learning.ts';
import type { StepOutputs, StepValues } from './step-values.ts';

/** Parameters of a neuron that sends changes on a ladder, from its onset on. */
type DifferentialParameter = LadderParameter | 'onset';

/**
 * How neurons that send changes on a ladder are trained: after each step what has been sent is a quantised mean, through which gradients
 * pass as through the mean itself (straight-through) where the change is within the range of the ladder, and to the threshold as
 * through a learned step size: Esser, McKinstry, Bablani, Appuswamy, Modha: Learned Step Size Quantization, ICLR 2020, arXiv:1902.08153.
 */
export const differentialLearning: Learning<Ladder, DifferentialParameter, 'sent'> = {
  equations: [
    'm(t) = x̄(t) − D(t−1)',
    '∂D(t)/∂x̄(t) = 1 where −θ₋·b^(n−1) ≤ m(t) ≤ θ₊·b^(n−1) and t ≥ t₀, else 0',
    '∂D(t)/∂θ = (s(t) − m(t))/θ within that range, s(t)/θ at its ends, 0 for t < t₀, θ that of the sign of m(t)',
  ].join('\n'),
  ranges: { thresholdPositive: smallestLevel, thresholdNegative: smallestLevel },
  lower,
};

function lower(
  build: GraphBuilder,
  { mean, t, state, parameters }: StepValues<DifferentialParameter, 'sent'>,
  tools: GradientTools,
  ladder: Ladder,
): StepOutputs<'sent'> {
  const potential = build.op('Sub', [mean, state.sent], {}, { name: 'potential' });
  const wanted = tools.detach(lowerLadder(build, potential, parameters, ladder));
  const early = build.op('Less', [t, parameters.onset]);
  const spike = build.op('Where', [early, build.scalar('none', 0), wanted]);
  const sent = build.op('Add', [state.sent, spike], {}, { name: 'sent' });
  const change = ladderCarrier(build, potential, wanted, { parameters }, tools, ladder);
  const carried = build.op('Where', [early, state.sent, build.op('Add', [state.sent, change])]);
  return { state: { sent }, decoded: tools.couple(sent, carried), spike };
}
