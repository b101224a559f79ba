import { z } from 'zod';
import { defineNeuron, type StepOutputs, type StepValues } from '../dynamics/define-neuron.ts';
import { keepState } from '../dynamics/restarts.ts';
import { oneThreshold } from '../dynamics/thresholds.ts';
import type { GraphBuilder } from '../graph/graph-builder.ts';

const attributes = z.object({
  /** Smallest spike count S_min that the tracer allows. */
  lowest: z.int().min(-32768).max(0).default(-128),
  /** Largest spike count S_max that the tracer allows. */
  highest: z.int().min(1).max(32767).default(127),
});

/** Structural choices of a ternary neuron: the clip range of its tracer. */
export type StBifAttributes = z.infer<typeof attributes>;

/**
 * Bipolar integrate-and-fire neuron with a spike tracer (ST-BIF): it emits +θ, −θ or nothing, and a tracer S counts what
 * it has emitted. A negative spike takes back a positive one that proved wrong. Once the input stays the same for as many
 * steps as the count needs, S is exactly clip(⌊x̄/θ + 1/2⌋, S_min, S_max): the network then computes what the quantised
 * network computes.
 *
 * Parameter `threshold` θ > 0, a scalar or one number a channel, in units of the activation; the quantisation step.
 *
 * Good for: reaching a quantised network exactly, given tens of time-steps. At a handful of steps counts cannot grow
 * large enough: a value of n·θ needs n steps.
 *
 * Differs from the paper: its networks receive the input as spikes spread over time and grow silent when all is told;
 * here x̄ is the whole input from the first step on, so that the potential is θ/2 + x̄(t) − θ·S(t−1).
 */
export const stBif = defineNeuron({
  name: 'st-bif',
  summary: 'Emits ternary spikes and traces their count, which settles at a quantised value.',
  equations: [
    'm(t) = θ/2 + x̄(t) − θ·S(t−1)',
    's(t) = θ if m(t) ≥ θ and S(t−1) < S_max;  −θ if m(t) < 0 and S(t−1) > S_min;  else 0',
    'S(t) = S(t−1) + s(t)/θ;  decoded: θ·S(t)',
  ].join('\n'),
  paper:
    'You, Xu, Nie, Deng, Guo, Wang, He: SpikeZIP-TF: Conversion is All You Need for Transformer-based SNN, ICML 2024, arXiv:2406.03470',
  attributes,
  parameters: ['threshold'],
  state: ['tracer', 'sent'],
  coding: 'differential',
  thresholds: oneThreshold,
  initialPotential: ({ threshold }) => threshold / 2,
  functionName: ({ lowest, highest }) => `StBif_minus${-lowest}_${highest}`,
  levels: () => [1],
  step({ mean }, state, { threshold }, { lowest, highest }) {
    const { tracer } = state;
    const potential = mean + threshold / 2 - tracer * threshold;
    const rises = potential >= threshold && tracer < highest;
    const falls = potential < 0 && tracer > lowest;
    const sign = Number(rises) - Number(falls);
    state.tracer += sign;
    state.sent = state.tracer * threshold;
    return sign * threshold;
  },
  decode: (state) => state.sent,
  restart: keepState,
  levelOf: () => 0,
  lower,
});

function lower(
  build: GraphBuilder,
  { mean, state: { tracer }, parameters: { threshold } }: StepValues<'threshold', 'tracer' | 'sent'>,
  { lowest, highest }: StBifAttributes,
): StepOutputs<'tracer' | 'sent'> {
  const start = build.op('Mul', [threshold, build.scalar('half', 0.5)]);
  const told = build.op('Mul', [tracer, threshold]);
  const potential = build.op('Sub', [build.op('Add', [mean, start]), told], {}, { name: 'potential' });
  const [zero, one] = [build.scalar('zero', 0), build.scalar('one', 1)];
  const rises = build.op('And', [
    build.op('Not', [build.op('Less', [potential, threshold])]),
    build.op('Less', [tracer, build.scalar('highest', highest)]),
  ]);
  const falls = build.op('And', [
    build.op('Less', [potential, zero]),
    build.op('Less', [build.scalar('lowest', lowest), tracer]),
  ]);
  const fallen = build.op('Where', [falls, build.scalar('minusOne', -1), zero]);
  const sign = build.op('Where', [rises, one, fallen], {}, { name: 'sign' });
  const spike = build.op('Mul', [sign, threshold], {}, { name: 'spike' });
  const next = build.op('Add', [tracer, sign], {}, { name: 'tracer' });
  const sent = build.op('Mul', [next, threshold], {}, { name: 'sent' });
  return { state: { tracer: next, sent }, decoded: sent, spike };
}
