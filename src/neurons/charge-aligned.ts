import { z } from 'zod';
import { activationAttributes, fromActivationAttributes } from '../dynamics/activation-attributes.ts';
import { defineNeuron, type StepOutputs, type StepValues } from '../dynamics/define-neuron.ts';
import type { GraphBuilder } from '../graph/graph-builder.ts';

/** Largest number of units whose spikes are told apart in statistics. */
const mostUnits = 64;

const attributes = z.object({
  ...activationAttributes,
  /** Whether a neuron has emitted one spike a step at most. */
  bounded: z.boolean().default(true),
  /** By how many spikes the count of a bounded neuron may exceed the number of steps. */
  extraSpikes: z.int().min(0).max(256).default(0),
});

/**
 * Neuron of explicit current control: after every step its spike count is the one that the charge received so far calls
 * for, so that no residual is left from the order in which spikes arrived. A step's output changes the count: it may be
 * several units at once, and negative, which withdraws spikes emitted too early. Statistics count it as one spike.
 *
 * Parameters, each a scalar or one number a channel: `threshold` θ > 0 in units of the activation; `kappa` κ in [0, 1),
 * the share of a threshold from which a residual still makes a spike (1/2: the count is rounded). With `bounded` false the count has no upper bound: activations
 * beyond the threshold are told, by more than one spike a step; with `extraSpikes` as far as so many spikes more do.
 *
 * Differs from the paper, which states the count at the end of T steps: here it holds at the end of every step, so that
 * the outputs at step t are those of a run with T = t.
 */
export const chargeAligned = defineNeuron({
  name: 'charge-aligned',
  summary: 'Keeps its spike count at what the charge received so far calls for.',
  equations: [
    'N(t) = clip(⌊t·x̄(t)/θ + κ⌋, 0, t + extra spikes), without the upper bound where bounded is false',
    's(t) = θ·(N(t) − N(t−1))',
    'Q(t) = θ·N(t);  decoded: Q(t)/t',
  ].join('\n'),
  paper:
    'Wu, Yi, Huang: A Little Energy Goes a Long Way: Build an Energy-Efficient, Accurate Spiking Neural Network from Convolutional Neural Network, Frontiers in Neuroscience 2022, doi:10.3389/fnins.2022.759900, arXiv:2103.00944',
  attributes,
  parameters: ['threshold', 'kappa'],
  state: ['emitted'],
  coding: 'rate',
  thresholds: {
    positive: 'threshold',
    negative: 'threshold',
    toParameters: (threshold) => ({ threshold, kappa: 0.5 }),
  },
  initialPotential: ({ threshold, kappa }) => kappa * threshold,
  standsFor: fromActivationAttributes,
  functionName: ({ bounded, extraSpikes }) => {
    if (!bounded) return 'ChargeAligned_unbounded';
    return extraSpikes === 0 ? 'ChargeAligned' : `ChargeAligned_extra${extraSpikes}`;
  },
  levels: () => Array.from({ length: mostUnits }, (_, i) => i + 1),
  step({ mean, t }, state, { threshold, kappa }, { bounded, extraSpikes }) {
    const most = bounded ? t + extraSpikes : Number.POSITIVE_INFINITY;
    const count = Math.min(Math.max(Math.floor((mean * t) / threshold + kappa), 0), most);
    const spike = count * threshold - state.emitted;
    state.emitted = count * threshold;
    return spike;
  },
  decode: (state, t) => state.emitted / t,
  levelOf: (spike, { threshold }) => Math.min(Math.round(Math.abs(spike) / threshold), mostUnits) - 1,
  lower,
});

function lower(
  build: GraphBuilder,
  values: StepValues<'threshold' | 'kappa', 'emitted'>,
  { bounded, extraSpikes }: z.infer<typeof attributes>,
): StepOutputs<'emitted'> {
  const { threshold, kappa } = values.parameters;
  const charge = build.op('Div', [build.op('Mul', [values.mean, values.t]), threshold]);
  const count = build.op('Floor', [build.op('Add', [charge, kappa])], {}, { name: 'count' });
  const positive = build.op('Max', [count, build.scalar('zero', 0)]);
  const most = () =>
    extraSpikes === 0 ? values.t : build.op('Add', [values.t, build.scalar('extra', extraSpikes)]);
  const told = bounded ? build.op('Min', [positive, most()]) : positive;
  const next = build.op('Mul', [told, threshold]);
  const spike = build.op('Sub', [next, values.state.emitted], {}, { name: 'spike' });
  const decoded = build.op('Div', [next, values.t], {}, { name: 'decoded' });
  return { state: { emitted: next }, decoded, spike };
}
