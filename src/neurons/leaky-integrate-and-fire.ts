import { z } from 'zod';
import { activationAttributes, fromActivationAttributes } from '../dynamics/activation-attributes.ts';
import { defineNeuron, type StepOutputs, type StepValues } from '../dynamics/define-neuron.ts';
import { type GradientTools, thresholdRange, unlimited } from '../dynamics/learning.ts';
import type { GraphBuilder } from '../graph/graph-builder.ts';

const attributes = z.object({
  ...activationAttributes,
  /** Whether a potential that equals the threshold fires. */
  fires: z.enum(['reaching', 'exceeding']).default('reaching'),
  /** Whether the threshold sees the potential with the input of the step, or the one before it, so that a layer answers a step later. */
  order: z.enum(['now', 'delayed']).default('now'),
});

type Attributes = z.output<typeof attributes>;
type Parameter = 'threshold' | 'initialPotential' | 'leak' | 'amplitude';
type State = 'emitted' | 'potential' | 'charge';

/** Smallest leak that training keeps: at 0 the neuron forgets everything, and its gradient with it. */
const smallestLeak = 0.01;

/**
 * Leaky integrate-and-fire neuron with soft reset: a share λ of the membrane potential stays from one step to the next.
 * The current of a step is the difference of the charges, x(t) = t·x̄(t) − (t−1)·x̄(t−1). At λ = 1 it is the
 * integrate-and-fire neuron; below, weak inputs never reach the threshold: it is there for networks that are trained or
 * fine-tuned with it, and for hardware that leaks.
 *
 * Parameters, each a scalar or one number a channel: `threshold` θ > 0, `initialPotential` v(0), `leak` λ in (0, 1],
 * `amplitude` a, what a spike adds to the following operators. The reset always subtracts θ.
 */
export const leakyIntegrateAndFire = defineNeuron({
  name: 'leaky-integrate-and-fire',
  summary: 'Integrate-and-fire neuron whose membrane potential leaks.',
  equations: [
    'now: m(t) = λ·v(t−1) + t·x̄(t) − (t−1)·x̄(t−1);  delayed: m(t) = v(t−1)',
    's(t) = a if m(t) ≥ θ (exceeding: m(t) > θ), else 0',
    'now: v(t) = m(t) − θ·[s(t) ≠ 0];  delayed: v(t) = λ·v(t−1) + t·x̄(t) − (t−1)·x̄(t−1) − θ·[s(t) ≠ 0]',
    'Q(t) = Q(t−1) + s(t);  decoded: Q(t)/t',
  ].join('\n'),
  paper:
    'Gerstner, Kistler: Spiking Neuron Models, Cambridge University Press 2002, section 4.1; Rathi, Srinivasan, Panda, Roy: Enabling Deep Spiking Neural Networks with Hybrid Conversion and Spike Timing Dependent Backpropagation, ICLR 2020, arXiv:2005.01807',
  attributes,
  parameters: ['threshold', 'initialPotential', 'leak', 'amplitude'],
  state: ['emitted', 'potential', 'charge'],
  coding: 'rate',
  thresholds: {
    positive: 'threshold',
    toParameters: (threshold) => ({ threshold, initialPotential: 0, leak: 1, amplitude: threshold }),
  },
  initialPotential: (own) => own.initialPotential,
  initialState: ({ initialPotential }) => ({ potential: initialPotential }),
  lowerInitialState: (_build, { initialPotential }) => ({ potential: initialPotential }),
  standsFor: fromActivationAttributes,
  functionName: ({ fires, order }) =>
    `LeakyIntegrateAndFire${fires === 'exceeding' ? '_exceeding' : ''}${order === 'delayed' ? '_delayed' : ''}`,
  levels: () => [1],
  step({ mean, t }, state, { threshold, leak, amplitude }, { fires, order }) {
    const charge = mean * t;
    const next = leak * state.potential + (charge - state.charge);
    const potential = order === 'now' ? next : state.potential;
    const fired = fires === 'reaching' ? potential >= threshold : potential > threshold;
    const spike = fired ? amplitude : 0;
    state.emitted += spike;
    state.potential = next - (fired ? threshold : 0);
    state.charge = charge;
    return spike;
  },
  decode: (state, t) => state.emitted / t,
  restart: ({ potential }) => ({ state: { emitted: 0, potential, charge: 0 }, surplus: 0 }),
  levelOf: () => 0,
  lower,
  learning: {
    equations: [
      'z = m/θ − 1;  ∂[s ≠ 0]/∂z = the surrogate slope',
      'the θ that a spike takes off the potential passes a gradient to θ alone',
    ].join('\n'),
    ranges: {
      threshold: thresholdRange,
      initialPotential: unlimited,
      leak: { smallest: smallestLeak, largest: 1 },
      amplitude: unlimited,
    },
    tied: { amplitude: 'threshold' },
    lower: lowerLearning,
  },
});

function lower(
  build: GraphBuilder,
  values: StepValues<Parameter, State>,
  { fires, order }: Attributes,
): StepOutputs<State> {
  const { threshold, amplitude } = values.parameters;
  const { next, charge, potential } = lowerPotentials(build, values, order);
  const silent =
    fires === 'reaching'
      ? build.op('Less', [potential, threshold])
      : build.op('Not', [build.op('Greater', [potential, threshold])]);
  const nothing = build.scalar('silent', 0);
  const spike = build.op('Where', [silent, nothing, amplitude], {}, { name: 'spike' });
  const reset = build.op('Where', [silent, nothing, threshold]);
  const emitted = build.op('Add', [values.state.emitted, spike]);
  const decoded = build.op('Div', [emitted, values.t], {}, { name: 'decoded' });
  return { state: { emitted, potential: build.op('Sub', [next, reset]), charge }, decoded, spike };
}

/** The potential with the input of the step, the charge, and the potential that the threshold sees. */
function lowerPotentials(
  build: GraphBuilder,
  { mean, t, state, parameters }: StepValues<Parameter, State>,
  order: Attributes['order'],
) {
  const charge = build.op('Mul', [mean, t], {}, { name: 'charge' });
  const current = build.op('Sub', [charge, state.charge], {}, { name: 'current' });
  const kept = build.op('Mul', [state.potential, parameters.leak]);
  const next = build.op('Add', [kept, current], {}, { name: 'potential' });
  return { next, charge, potential: order === 'now' ? next : state.potential };
}

/** The step with gradients that pass as {@link leakyIntegrateAndFire} says. */
function lowerLearning(
  build: GraphBuilder,
  values: StepValues<Parameter, State>,
  tools: GradientTools,
  { fires, order }: Attributes,
): StepOutputs<State> {
  const { threshold, amplitude } = values.parameters;
  const { next, charge, potential } = lowerPotentials(build, values, order);
  const above = build.op(fires === 'reaching' ? 'GreaterOrEqual' : 'Greater', [potential, threshold]);
  const ratio = build.op('Div', [potential, threshold]);
  const z = build.op('Sub', [ratio, build.scalar('one', 1)]);
  const fired = tools.surrogate(build.op('Cast', [above], { to: 1 }), z);
  const spike = build.op('Mul', [fired, amplitude], {}, { name: 'spike' });
  const reset = build.op('Mul', [tools.detach(fired), threshold]);
  const emitted = build.op('Add', [values.state.emitted, spike]);
  const decoded = build.op('Div', [emitted, values.t], {}, { name: 'decoded' });
  return { state: { emitted, potential: build.op('Sub', [next, reset]), charge }, decoded, spike };
}
