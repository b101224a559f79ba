import type { GraphBuilder } from '../graph/graph-builder.ts';
import { type Ladder, type LadderParameter, ladderLevels, lowerLadder } from './ladder.ts';
import type { GradientTools, Learning } from './learning.ts';
import { lowerPotential, lowerReset } from './lower-soft-reset.ts';
import type { StepOutputs, StepValues, ValueNames } from './step-values.ts';
import { lowerSignedThreshold } from './thresholds.ts';

/** Smallest levels lie far below the activations. */
export const smallestLevel = { smallest: 1e-6 };

/**
 * How neurons on a ladder with soft reset are trained: what they decode to is a quantised running mean, through which
 * gradients pass as through the mean itself within the range of the ladder (straight-through), and to the threshold as
 * through a learned step size: Esser, McKinstry, Bablani, Appuswamy, Modha: Learned Step Size Quantization, ICLR 2020,
 * arXiv:1902.08153.
 */
export const ladderLearning: Learning<Ladder, LadderParameter, 'emitted'> = {
  equations: [
    '∂decoded/∂x̄ = 1 where −θ₋·b^(n−1) ≤ x̄ ≤ θ₊·b^(n−1), else 0',
    '∂decoded/∂θ = (decoded − x̄)/θ within that range, decoded/θ at its ends, θ that of the sign of x̄',
  ].join('\n'),
  ranges: { thresholdPositive: smallestLevel, thresholdNegative: smallestLevel },
  lower,
};

function lower(
  build: GraphBuilder,
  values: StepValues<LadderParameter, 'emitted'>,
  tools: GradientTools,
  ladder: Ladder,
): StepOutputs<'emitted'> {
  const spike = tools.detach(lowerLadder(build, lowerPotential(build, values), values.parameters, ladder));
  const { emitted, decoded } = lowerReset(build, values, spike);
  return {
    state: { emitted },
    decoded: tools.couple(decoded, ladderCarrier(build, values.mean, decoded, values, tools, ladder)),
    spike,
  };
}

/**
 * What gradients pass through in the place of what a ladder makes of a value: the value within the range of the ladder, and what the
 * ladder adds to it, which grows with the threshold.
 *
 * @param value what is rounded
 * @param made what the ladder makes of it
 */
export function ladderCarrier(
  build: GraphBuilder,
  value: string,
  made: string,
  { parameters }: { readonly parameters: ValueNames<LadderParameter> },
  tools: GradientTools,
  ladder: Ladder,
): string {
  const top = ladderLevels(ladder).at(-1) ?? 1;
  const highest = build.op('Mul', [parameters.thresholdPositive, build.scalar('top', top)]);
  const lowest = build.op('Mul', [parameters.thresholdNegative, build.scalar('bottom', -top)]);
  const above = build.op('Greater', [value, highest]);
  const below = build.op('Less', [value, lowest]);
  const within = build.op('Where', [below, lowest, build.op('Where', [above, highest, value])]);
  const threshold = lowerSignedThreshold(build, value, parameters);
  const unit = build.op('Div', [threshold, tools.detach(threshold)]);
  const added = tools.detach(build.op('Sub', [made, within]));
  return build.op('Add', [within, build.op('Mul', [added, unit])]);
}
