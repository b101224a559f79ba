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
import type { GraphBuilder } from '../graph/graph-builder.ts';

const attributes = z.object({
  /** Internal steps K, one bit each. */
  bits: z.int().min(1).max(16).default(8),
  /** Whether a digit is told where the value is above it, not at it, and the code cuts off instead of rounding, as in the paper. */
  strict: z.boolean().default(false),
});

/** Structural choices of a few-spikes neuron with a binary code. */
export type FewSpikesAttributes = z.infer<typeof attributes>;

/**
 * Few-spikes (FS) neuron with a binary code: within each time-step it runs K internal steps with falling thresholds and
 * emits a spike wherever its value has a binary digit 1, the most significant digit first. A value costs as many spikes as
 * its code has ones, about K/2, and all of them are counted. Negative values are told by the same code with spikes of a
 * second kind, so that a step costs at most K spikes, whatever the sign.
 *
 * What counts as T: the time-step of the network is the window of K internal steps. At T = 1 a layer hands its result on
 * after K internal steps, as in the paper, and the network's latency is K for each layer.
 *
 * Parameters `thresholdPositive` θ₊ and `thresholdNegative` θ₋: the weight of the last digit by sign, scalars or one number
 * a channel, in units of the activation. The paper's α is θ·2^K.
 *
 * Good for: T = 1 at the precision of K bits with strictly binary spikes, where hardware keeps K phases apart.
 *
 * Differs from the paper: signed; half of the last digit is added before the first internal step, so that the code rounds
 * instead of cutting off, unless `strict`, where H is 1 above 0 alone; and beyond T = 1 a window encodes what the windows before left over.
 */
export const fewSpikes = defineNeuron({
  name: 'few-spikes',
  summary: 'Tells its value as a binary number in K internal steps, a spike for each digit 1.',
  equations: [
    'm(t) = t·x̄(t) − Q(t−1);  v_1 = |m(t)| + θ/2 (strict: |m(t)|), with θ₊ for m ≥ 0 and θ₋ for m < 0',
    'for k = 1…K: z_k = H(v_k − T_k);  v_(k+1) = v_k − h_k·z_k, with T_k = h_k = d_k = θ·2^(K−k)',
    's(t) = sgn(m(t))·Σ d_k·z_k: Σ z_k spikes',
    'Q(t) = Q(t−1) + s(t);  decoded: Q(t)/t',
  ].join('\n'),
  paper:
    'Stöckl, Maass: Optimized spiking neurons can classify images with high accuracy through temporal coding with two spikes, Nature Machine Intelligence 2021, doi:10.1038/s42256-021-00311-4, arXiv:2002.00860',
  attributes,
  parameters: signedThresholds,
  state: ['emitted', 'count'],
  spikeCount: 'count',
  coding: 'rate',
  thresholds: thresholdPair,
  functionName: ({ bits, strict }) => `FewSpikes_${bits}${strict ? '_strict' : ''}`,
  levels: ({ bits }) => Array.from({ length: bits }, (_, i) => 2 ** i),
  step({ mean, t }, state, { thresholdPositive, thresholdNegative }, { bits, strict }) {
    const potential = mean * t - state.emitted;
    const threshold = potential < 0 ? -thresholdNegative : thresholdPositive;
    let value = potential / threshold + (strict ? 0 : 0.5);
    let [code, count] = [0, 0];
    for (let digit = 2 ** (bits - 1); digit >= 1; digit /= 2) {
      if (strict ? value <= digit : value < digit) continue;
      value -= digit;
      code += digit;
      count++;
    }
    const spike = code === 0 ? 0 : code * threshold;
    state.emitted += spike;
    state.count = count;
    return spike;
  },
  decode: (state, t) => state.emitted / t,
  restart: restartCharge,
  levelOf: (spike, parameters) =>
    Math.floor(Math.log2(Math.round(Math.abs(spike) / thresholdBySign(spike, parameters)))),
  lower,
});

function lower(
  build: GraphBuilder,
  values: StepValues<SignedThreshold, 'emitted' | 'count'>,
  { bits, strict }: FewSpikesAttributes,
): StepOutputs<'emitted' | 'count'> {
  const potential = lowerPotential(build, values);
  const threshold = lowerSignedThreshold(build, potential, values.parameters);
  const [zero, one] = [build.scalar('zero', 0), build.scalar('one', 1)];
  const ratio = build.op('Div', [potential, threshold]);
  let value = strict ? ratio : build.op('Add', [ratio, build.scalar('half', 0.5)]);
  let [code, count] = [zero, zero];
  for (let digit = 2 ** (bits - 1); digit >= 1; digit /= 2) {
    const weight = build.scalar(`digit${digit}`, digit);
    const fires = strict
      ? build.op('Where', [build.op('Less', [weight, value]), one, zero])
      : build.op('Where', [build.op('Less', [value, weight]), zero, one]);
    const told = build.op('Mul', [fires, weight]);
    value = build.op('Sub', [value, told]);
    code = build.op('Add', [code, told]);
    count = build.op('Add', [count, fires]);
  }
  const spike = build.op('Mul', [code, threshold], {}, { name: 'spike' });
  const { emitted, decoded } = lowerReset(build, values, spike);
  return { state: { emitted, count }, decoded, spike };
}
