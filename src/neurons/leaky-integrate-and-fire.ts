import { z } from 'zod';
import { activationAttributes, fromActivationAttributes } from '../dynamics/activation-attributes.ts';
import { defineNeuron, type StepOutputs, type StepValues } from '../dynamics/define-neuron.ts';
import type { GraphBuilder } from '../graph/graph-builder.ts';

/**
 * Leaky integrate-and-fire neuron with soft reset: a share λ of the membrane potential stays from one step to the next.
 * The current of a step is the difference of the charges, x(t) = t·x̄(t) − (t−1)·x̄(t−1). At λ = 1 it is the
 * integrate-and-fire neuron; below, weak inputs never reach the threshold, so that no method of conversion places it by
 * itself: it is there for networks that are trained or fine-tuned with it, and for hardware that leaks.
 *
 * Parameters, each a scalar or one number a channel: `threshold` θ > 0, `initialPotential` v(0), `leak` λ in (0, 1].
 */
export const leakyIntegrateAndFire = defineNeuron({
  name: 'leaky-integrate-and-fire',
  summary: 'Integrate-and-fire neuron whose membrane potential leaks.',
  equations: [
    'm(t) = λ·v(t−1) + t·x̄(t) − (t−1)·x̄(t−1)',
    's(t) = θ if m(t) ≥ θ, else 0',
    'v(t) = m(t) − s(t)',
    'Q(t) = Q(t−1) + s(t);  decoded: Q(t)/t',
  ].join('\n'),
  paper: 'Gerstner, Kistler: Spiking Neuron Models, Cambridge University Press 2002, section 4.1',
  attributes: z.object(activationAttributes),
  parameters: ['threshold', 'initialPotential', 'leak'],
  state: ['emitted', 'potential', 'charge'],
  coding: 'rate',
  thresholds: {
    positive: 'threshold',
    toParameters: (threshold) => ({ threshold, initialPotential: 0, leak: 1 }),
  },
  initialPotential: (own) => own.initialPotential,
  initialState: ({ initialPotential }) => ({ potential: initialPotential }),
  lowerInitialState: (_build, { initialPotential }) => ({ potential: initialPotential }),
  standsFor: fromActivationAttributes,
  functionName: () => 'LeakyIntegrateAndFire',
  levels: () => [1],
  step({ mean, t }, state, { threshold, leak }) {
    const charge = mean * t;
    const potential = leak * state.potential + (charge - state.charge);
    const spike = potential >= threshold ? threshold : 0;
    state.emitted += spike;
    state.potential = potential - spike;
    state.charge = charge;
    return spike;
  },
  decode: (state, t) => state.emitted / t,
  levelOf: () => 0,
  lower,
});

type State = 'emitted' | 'potential' | 'charge';

function lower(
  build: GraphBuilder,
  values: StepValues<'threshold' | 'initialPotential' | 'leak', State>,
): StepOutputs<State> {
  const { threshold, leak } = values.parameters;
  const { emitted, potential, charge } = values.state;
  const nextCharge = build.op('Mul', [values.mean, values.t], {}, { name: 'charge' });
  const current = build.op('Sub', [nextCharge, charge], {}, { name: 'current' });
  const before = build.op('Add', [build.op('Mul', [potential, leak]), current], {}, { name: 'potential' });
  const below = build.op('Less', [before, threshold]);
  const spike = build.op('Where', [below, build.scalar('silent', 0), threshold], {}, { name: 'spike' });
  const nextEmitted = build.op('Add', [emitted, spike]);
  const nextPotential = build.op('Sub', [before, spike]);
  const decoded = build.op('Div', [nextEmitted, values.t], {}, { name: 'decoded' });
  return {
    state: { emitted: nextEmitted, potential: nextPotential, charge: nextCharge },
    decoded,
    spike,
  };
}
