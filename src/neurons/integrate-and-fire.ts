import { z } from 'zod';
import { activationAttributes, fromActivationAttributes } from '../dynamics/activation-attributes.ts';
import {
  defineNeuron,
  type Parameters,
  type StepOutputs,
  type StepValues,
} from '../dynamics/define-neuron.ts';
import { type GradientTools, thresholdRange, unlimited } from '../dynamics/learning.ts';
import type { GraphBuilder } from '../graph/graph-builder.ts';

const parameters = ['threshold', 'initialPotential', 'amplitude'] as const;

/** Name of a parameter of an integrate-and-fire neuron. */
export type IntegrateAndFireParameter = (typeof parameters)[number];

/**
 * Integrate-and-fire neuron with soft reset, in the place of a ReLU: what it decodes to tends to
 * clip(x̄, 0, θ) as t grows, in steps of θ/t.
 *
 * Parameters, each a scalar or one number a channel, in units of the activation: `threshold` θ > 0;
 * `initialPotential` v(0); `amplitude` a, what a spike adds to the following operators. a = θ in all methods but
 * `ultra-low-latency`. The reset always subtracts θ.
 *
 * Differs from the papers: they scale weights so that θ = 1; here the weights stay as they are and θ carries the scale.
 */
export const integrateAndFire = defineNeuron({
  name: 'integrate-and-fire',
  summary: 'Fires when its membrane potential reaches the threshold, which is then subtracted.',
  equations: [
    'm(t) = v(0) + t·x̄(t) − (θ/a)·Q(t−1)',
    's(t) = a if m(t) ≥ θ, else 0',
    'Q(t) = Q(t−1) + s(t);  decoded: Q(t)/t',
  ].join('\n'),
  paper:
    'Rueckauer, Lungu, Hu, Pfeiffer, Liu: Conversion of Continuous-Valued Deep Networks to Efficient Event-Driven Networks for Image Classification, Frontiers in Neuroscience 2017, doi:10.3389/fnins.2017.00682 (reset by subtraction)',
  attributes: z.object(activationAttributes),
  parameters,
  state: ['emitted'],
  coding: 'rate',
  thresholds: {
    positive: 'threshold',
    toParameters: (threshold) => integrateAndFireParameters(threshold),
  },
  initialPotential: (own) => own.initialPotential,
  standsFor: fromActivationAttributes,
  functionName: () => 'IntegrateAndFire',
  levels: () => [1],
  step({ mean, t }, state, { threshold, initialPotential, amplitude }) {
    const potential = mean * t + initialPotential - state.emitted * (threshold / amplitude);
    const spike = potential >= threshold ? amplitude : 0;
    state.emitted += spike;
    return spike;
  },
  decode: (state, t) => state.emitted / t,
  restart({ emitted: sent }, { mean, t }, { threshold, amplitude }) {
    const emitted = sent - mean * t * (amplitude / threshold);
    return { state: { emitted }, surplus: emitted };
  },
  levelOf: () => 0,
  lower: lowerIntegrateAndFire,
  learning: {
    equations: [
      'z = m/θ − 1;  ∂[s ≠ 0]/∂z = the surrogate slope',
      'the θ that each earlier spike has taken off the potential passes a gradient to θ alone',
    ].join('\n'),
    ranges: { threshold: thresholdRange, initialPotential: unlimited, amplitude: unlimited },
    tied: { amplitude: 'threshold' },
    lower: lowerLearning,
  },
});

type Values = StepValues<IntegrateAndFireParameter, 'emitted'>;

function lowerLearning(build: GraphBuilder, values: Values, tools: GradientTools): StepOutputs<'emitted'> {
  const { threshold, initialPotential, amplitude } = values.parameters;
  const { emitted } = values.state;
  const accumulated = build.op('Add', [build.op('Mul', [values.mean, values.t]), initialPotential]);
  const spikes = tools.detach(build.op('Div', [emitted, amplitude]));
  const potential = build.op('Sub', [accumulated, build.op('Mul', [spikes, threshold])]);
  const above = build.op('GreaterOrEqual', [potential, threshold]);
  const z = build.op('Sub', [build.op('Div', [potential, threshold]), build.scalar('one', 1)]);
  const fired = tools.surrogate(build.op('Cast', [above], { to: 1 }), z);
  const spike = build.op('Mul', [fired, amplitude], {}, { name: 'spike' });
  const next = build.op('Add', [emitted, spike]);
  const decoded = build.op('Div', [next, values.t], {}, { name: 'decoded' });
  return { state: { emitted: next }, decoded, spike };
}

/** The step of {@link integrateAndFire} as standard operators. */
export function lowerIntegrateAndFire(
  build: GraphBuilder,
  values: StepValues<IntegrateAndFireParameter, 'emitted'>,
): StepOutputs<'emitted'> {
  const { threshold, initialPotential, amplitude } = values.parameters;
  const { emitted } = values.state;
  const accumulated = build.op('Add', [build.op('Mul', [values.mean, values.t]), initialPotential]);
  const reset = build.op('Mul', [emitted, build.op('Div', [threshold, amplitude])]);
  const potential = build.op('Sub', [accumulated, reset], {}, { name: 'potential' });
  const below = build.op('Less', [potential, threshold]);
  const spike = build.op('Where', [below, build.scalar('silent', 0), amplitude], {}, { name: 'spike' });
  const next = build.op('Add', [emitted, spike]);
  const decoded = build.op('Div', [next, values.t], {}, { name: 'decoded' });
  return { state: { emitted: next }, decoded, spike };
}

/**
 * Parameters of an integrate-and-fire neuron whose spikes carry its threshold.
 *
 * @param initialPotential in units of the threshold. Default 0
 */
export function integrateAndFireParameters(
  threshold: number,
  initialPotential = 0,
): Parameters<IntegrateAndFireParameter> {
  return { threshold, initialPotential: initialPotential * threshold, amplitude: threshold };
}
