import { z } from 'zod';
import type { GraphBuilder } from '../graph/graph-builder.ts';
import { defineNeuron, type Parameters, type StepOutputs, type StepValues } from './define-neuron.ts';

const attributes = z.object({
  /** Number of levels n of each sign. */
  levels: z.int().min(1).max(24).default(8),
  /** Ratio of neighbouring levels. */
  base: z.number().gt(1).default(2),
  /** Which level fires; see {@link multiThreshold}. */
  rule: z.enum(['floor', 'nearest']).default('nearest'),
});

/** Structural choices of a multi-threshold neuron. */
export type MultiThresholdAttributes = z.infer<typeof attributes>;

/**
 * Multi-threshold neuron of ECMT: a ladder of positive levels θ₊·b^k and one of negative levels −θ₋·b^k,
 * k = 0…n−1; at most one of them fires in a step, and what it emits is subtracted from the membrane potential
 * (soft reset). θ₊ and θ₋ are the smallest levels.
 *
 * Rule `floor` is the test of the published reference code: the largest level with m ≥ θ·b^k − θ/2 (mirrored for
 * negative m). Rule `nearest` is the wording of the paper: the level nearest to m, that is boundaries halfway
 * between neighbouring levels and at θ/2 below the lowest.
 *
 * Differs from the paper: θ₊ and θ₋ are the smallest levels rather than the largest, and the base is free (2 in
 * the paper).
 */
export const multiThreshold = defineNeuron<MultiThresholdAttributes>({
  name: 'multi-threshold',
  summary: 'Emits at each step the level of a signed ladder that its membrane potential calls for.',
  equations: [
    'm(t) = t·x̄(t) − Q(t−1)',
    'floor: s(t) = ±θ·b^k with the largest k such that |m(t)| ≥ θ·b^k − θ/2, else 0',
    'nearest: s(t) = ±θ·b^k with the largest k such that |m(t)| ≥ θ·(b^(k−1) + b^k)/2 (θ/2 for k = 0), else 0',
    'Q(t) = Q(t−1) + s(t);  decoded: Q(t)/t',
  ].join('\n'),
  paper:
    'Huang, Shi, Hao, Bu, Ding, Yu, Huang: Towards High-performance Spiking Transformers from ANN to SNN Conversion, ACM Multimedia 2024, arXiv:2502.21193, section 4.2',
  attributes,
  parameters: ['thresholdPositive', 'thresholdNegative'],
  state: ['emitted'],
  functionName: ({ levels, base, rule }) =>
    `MultiThreshold_${rule}_${levels}${base === 2 ? '' : `_base${String(base).replace('.', 'p')}`}`,
  levels: ({ levels, base }) => Array.from({ length: levels }, (_, k) => base ** k),
  step({ mean, t }, state, parameters, choices) {
    const potential = mean * t - state[0]!;
    const spike =
      potential >= 0
        ? fire(potential, parameters.thresholdPositive!, choices)
        : -fire(-potential, parameters.thresholdNegative!, choices);
    state[0]! += spike;
    return spike;
  },
  decode: (state, t) => state[0]! / t,
  levelOf(spike, parameters, { base }) {
    const threshold = spike > 0 ? parameters.thresholdPositive! : parameters.thresholdNegative!;
    return Math.round(Math.log(Math.abs(spike) / threshold) / Math.log(base));
  },
  lower,
});

/** Scans the ladder from the top. The order of the subtraction is that of the reference code, whose ties it keeps. */
function fire(
  potential: number,
  threshold: number,
  { levels, base, rule }: MultiThresholdAttributes,
): number {
  for (let k = levels - 1; k >= 0; k--) {
    const level = threshold * base ** k;
    const tolerance = rule === 'floor' || k === 0 ? threshold / 2 : (level - level / base) / 2;
    if (potential - level + tolerance >= 0) return level;
  }
  return 0;
}

/** Smallest potential, in units of the threshold, at which each level fires. */
export function firingBoundaries({ levels, base, rule }: MultiThresholdAttributes): number[] {
  return Array.from({ length: levels }, (_, k) =>
    rule === 'floor' || k === 0 ? base ** k - 0.5 : (base ** k + base ** (k - 1)) / 2,
  );
}

function lower(build: GraphBuilder, values: StepValues, choices: MultiThresholdAttributes): StepOutputs {
  const { thresholdPositive, thresholdNegative } = values.parameters as Record<string, string>;
  const emitted = values.state.emitted!;
  const accumulated = build.op('Mul', [values.mean, values.t]);
  const potential = build.op('Sub', [accumulated, emitted], {}, { name: 'potential' });
  const negative = build.op('Less', [potential, build.scalar('zero', 0)]);
  const minus = build.op('Neg', [thresholdNegative!]);
  const threshold = build.op('Where', [negative, minus, thresholdPositive!], {}, { name: 'threshold' });
  // Potential and threshold have the same sign here, so the ratio is the magnitude on the ladder.
  const ratio = build.op('Div', [potential, threshold]);
  let level = build.scalar('silent', 0);
  for (const [k, boundary] of firingBoundaries(choices).entries()) {
    const below = build.op('Less', [ratio, build.scalar(`boundary${k}`, boundary)]);
    level = build.op('Where', [below, level, build.scalar(`level${k}`, choices.base ** k)]);
  }
  const spike = build.op('Mul', [level, threshold], {}, { name: 'spike' });
  const next = build.op('Add', [emitted, spike]);
  const decoded = build.op('Div', [next, values.t], {}, { name: 'decoded' });
  return { state: { emitted: next }, decoded, spike };
}

/** Thresholds of a multi-threshold neuron. */
export function multiThresholdParameters(positive: number, negative: number): Parameters {
  return { thresholdPositive: positive, thresholdNegative: negative };
}
