import { z } from 'zod';
import {
  defineNeuron,
  type Parameters,
  type StepOutputs,
  type StepValues,
} from '../dynamics/define-neuron.ts';
import { lowerMagnitude, lowerPotential, lowerReset } from '../dynamics/lower-soft-reset.ts';
import { restartCharge } from '../dynamics/restarts.ts';
import {
  lowerSignedThreshold,
  type SignedThreshold,
  signedThresholds,
  thresholdBySign,
  thresholdPair,
} from '../dynamics/thresholds.ts';
import type { GraphBuilder } from '../graph/graph-builder.ts';

const attributes = z.object({
  /** Micro-steps K of a window. */
  window: z.int().min(1).max(64).default(8),
  /** What a spike at micro-step k is worth, in units of θ: `linear`, K − k + 1; `exponential`, b^(K−k). */
  kernel: z.enum(['linear', 'exponential']).default('exponential'),
  /** Base b of the exponential kernel. */
  base: z.number().gt(1).default(2),
});

/** Structural choices of a time-to-first-spike neuron. */
export type TimeToFirstSpikeAttributes = z.infer<typeof attributes>;

/**
 * Time-to-first-spike neuron: in a window of K micro-steps it fires at most once, as soon as its potential reaches a
 * threshold that falls from micro-step to micro-step; the earlier the spike, the more it is worth. The receiver weighs it
 * with a kernel that falls in the same way, and decodes at the end of the window.
 *
 * What counts as T: the time-step of the network is the window. At T = 1 every neuron fires at most once for an image, and
 * the network's latency is K micro-steps for each layer. A negative value is told by a spike of a second kind.
 *
 * Parameters `thresholdPositive` θ₊ and `thresholdNegative` θ₋: worth of the latest spike by sign, scalars or one number a
 * channel, in units of the activation.
 *
 * Good for: the fewest binary spikes, where time is cheap: precision grows with the window, not with the spikes. The
 * numbers are those of a graded spike with K levels.
 *
 * Differs from the papers: the threshold lies halfway between neighbouring worths, so that the nearest one is told; signed;
 * and beyond T = 1 a window tells what the windows before left over.
 */
export const timeToFirstSpike = defineNeuron({
  name: 'time-to-first-spike',
  summary: 'Fires at most once in a window of K micro-steps; the time of the spike carries the value.',
  equations: [
    'm(t) = t·x̄(t) − Q(t−1)',
    'κ_k = K − k + 1 (linear) or b^(K−k) (exponential), k = 1…K;  κ_(K+1) = 0',
    's(t) = ±θ·κ_k with the smallest k such that |m(t)| ≥ θ·(κ_k + κ_(k+1))/2, else 0; θ₊ for m ≥ 0, θ₋ for m < 0',
    'Q(t) = Q(t−1) + s(t);  decoded: Q(t)/t',
  ].join('\n'),
  paper:
    'Srivatsa, Chu, Amornpaisannon, Tavva, Miriyala, Wu, Zhang, Li, Carlson: You Only Spike Once: Improving Energy-Efficient Neuromorphic Inference to ANN-Level Accuracy, 2020, arXiv:2006.09982 (linear kernel); Park, Kim, Na, Yoon: T2FSNN: Deep Spiking Neural Networks with Time-to-first-spike Coding, DAC 2020, arXiv:2003.11741 (exponential kernel)',
  attributes,
  parameters: signedThresholds,
  state: ['emitted'],
  coding: 'rate',
  thresholds: thresholdPair,
  functionName: ({ window, kernel, base }) =>
    `TimeToFirstSpike_${kernel}_${window}${kernel === 'linear' || base === 2 ? '' : `_base${String(base).replace('.', 'p')}`}`,
  levels: spikeWorths,
  step({ mean, t }, state, parameters, choices) {
    const potential = mean * t - state.emitted;
    const spike = firstSpike(potential, parameters, choices);
    state.emitted += spike;
    return spike;
  },
  decode: (state, t) => state.emitted / t,
  restart: restartCharge,
  levelOf(spike, parameters, { kernel, base }) {
    const worth = Math.abs(spike) / thresholdBySign(spike, parameters);
    return kernel === 'linear' ? Math.round(worth) - 1 : Math.round(Math.log(worth) / Math.log(base));
  },
  lower,
});

/** What spikes are worth in units of the threshold, from the latest to the earliest. */
export function spikeWorths(choices: TimeToFirstSpikeAttributes): number[] {
  return Array.from({ length: choices.window }, (_, i) => worthOf(i, choices));
}

/** What a spike is worth that comes so many micro-steps before the last one; 0 for one that never comes. */
function worthOf(early: number, { kernel, base }: TimeToFirstSpikeAttributes): number {
  if (early < 0) return 0;
  return kernel === 'linear' ? early + 1 : base ** early;
}

/** The threshold so many micro-steps before the last one, in units of θ. */
function firingThreshold(early: number, choices: TimeToFirstSpikeAttributes): number {
  return (worthOf(early, choices) + worthOf(early - 1, choices)) / 2;
}

/** The falling threshold in units of θ, from the last micro-step to the first. */
export function firingThresholds(choices: TimeToFirstSpikeAttributes): number[] {
  return Array.from({ length: choices.window }, (_, i) => firingThreshold(i, choices));
}

function firstSpike(
  potential: number,
  { thresholdPositive, thresholdNegative }: Parameters<SignedThreshold>,
  choices: TimeToFirstSpikeAttributes,
): number {
  const threshold = potential < 0 ? -thresholdNegative : thresholdPositive;
  const ratio = potential / threshold;
  for (let early = choices.window - 1; early >= 0; early--) {
    if (ratio >= firingThreshold(early, choices)) return worthOf(early, choices) * threshold;
  }
  return 0;
}

function lower(
  build: GraphBuilder,
  values: StepValues<SignedThreshold, 'emitted'>,
  choices: TimeToFirstSpikeAttributes,
): StepOutputs<'emitted'> {
  const potential = lowerPotential(build, values);
  const threshold = lowerSignedThreshold(build, potential, values.parameters);
  const ratio = lowerMagnitude(build, potential, threshold);
  const worths = spikeWorths(choices);
  let worth = build.scalar('silent', 0);
  for (const [i, boundary] of firingThresholds(choices).entries()) {
    const below = build.op('Less', [ratio, build.scalar(`boundary${i}`, boundary)]);
    worth = build.op('Where', [below, worth, build.scalar(`worth${i}`, worths[i]!)]);
  }
  const spike = build.op('Mul', [worth, threshold], {}, { name: 'spike' });
  const { emitted, decoded } = lowerReset(build, values, spike);
  return { state: { emitted }, decoded, spike };
}
