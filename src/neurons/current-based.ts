import { z } from 'zod';
import { activationAttributes, fromActivationAttributes } from '../dynamics/activation-attributes.ts';
import { defineNeuron, type StepOutputs, type StepValues } from '../dynamics/define-neuron.ts';
import type { GraphBuilder } from '../graph/graph-builder.ts';

const attributes = z.object({
  ...activationAttributes,
  /** What a spike does to the potential: the threshold is subtracted, or it becomes `resetPotential`. */
  reset: z.enum(['subtract', 'value']).default('value'),
});

type Attributes = z.output<typeof attributes>;
type Parameter =
  | 'threshold'
  | 'resetPotential'
  | 'initialPotential'
  | 'leak'
  | 'synapticLeak'
  | 'gain'
  | 'drive'
  | 'amplitude';
type State = 'emitted' | 'potential' | 'current' | 'charge';

/**
 * Current-based leaky integrate-and-fire neuron: what arrives charges a synaptic current of which a share α stays from step to step, and the
 * current the potential, of which a share λ stays. With α = 0 it is the leaky, with λ = 1 too the integrate-and-fire neuron. It is what
 * the neurons of the Neuromorphic Intermediate Representation become in time-steps. It fires above θ, not at it.
 *
 * Parameters, each a scalar or one number a neuron: `threshold` θ, `resetPotential`, `initialPotential` v(0), `leak` λ and `synapticLeak` α
 * in [0, 1], `gain` g from current to potential, `drive` d, which comes on top in every step, `amplitude` a, what a spike adds
 * to the following operators.
 */
export const currentBased = defineNeuron({
  name: 'current-based',
  summary: 'Leaky integrate-and-fire neuron with a synaptic current, as NIR’s IF, LIF and CubaLIF.',
  equations: [
    'I(t) = α·I(t−1) + t·x̄(t) − (t−1)·x̄(t−1);  m(t) = λ·v(t−1) + g·I(t) + d',
    's(t) = a if m(t) > θ, else 0',
    'subtract: v(t) = m(t) − θ·[s(t) ≠ 0];  value: v(t) = v_reset where s(t) ≠ 0, else m(t)',
    'Q(t) = Q(t−1) + s(t);  decoded: Q(t)/t',
  ].join('\n'),
  paper:
    'Pedersen, Abreu, Jobst, Lenz, Fra, Bauer, Muir, Zhou, Vogginger, Heckel, Urgese, Shankar, Stewart, Sheik, Eshraghian: Neuromorphic intermediate representation: A unified instruction set for interoperable brain-inspired computing, Nature Communications 2024, arXiv:2311.14641',
  attributes,
  parameters: [
    'threshold',
    'resetPotential',
    'initialPotential',
    'leak',
    'synapticLeak',
    'gain',
    'drive',
    'amplitude',
  ],
  state: ['emitted', 'potential', 'current', 'charge'],
  coding: 'rate',
  thresholds: {
    positive: 'threshold',
    toParameters: (threshold) => ({
      threshold,
      resetPotential: 0,
      initialPotential: 0,
      leak: 1,
      synapticLeak: 0,
      gain: 1,
      drive: 0,
      amplitude: threshold,
    }),
  },
  initialPotential: (own) => own.initialPotential,
  initialState: ({ initialPotential }) => ({ potential: initialPotential }),
  lowerInitialState: (_build, { initialPotential }) => ({ potential: initialPotential }),
  standsFor: fromActivationAttributes,
  functionName: ({ reset }) => `CurrentBased_${reset}`,
  levels: () => [1],
  step({ mean, t }, state, own, { reset }) {
    const charge = mean * t;
    state.current = own.synapticLeak * state.current + (charge - state.charge);
    const potential = own.leak * state.potential + own.gain * state.current + own.drive;
    const fired = potential > own.threshold;
    const spike = fired ? own.amplitude : 0;
    const after = reset === 'subtract' ? potential - own.threshold : own.resetPotential;
    state.emitted += spike;
    state.potential = fired ? after : potential;
    state.charge = charge;
    return spike;
  },
  decode: (state, t) => state.emitted / t,
  restart: ({ potential, current }) => ({
    state: { emitted: 0, potential, current, charge: 0 },
    surplus: 0,
  }),
  levelOf: () => 0,
  lower,
});

function lower(
  build: GraphBuilder,
  { mean, t, state, parameters }: StepValues<Parameter, State>,
  { reset }: Attributes,
): StepOutputs<State> {
  const charge = build.op('Mul', [mean, t], {}, { name: 'charge' });
  const arriving = build.op('Sub', [charge, state.charge]);
  const made = lowerCurrentStep(
    build,
    { arriving, current: state.current, potential: state.potential },
    parameters,
    reset,
  );
  const emitted = build.op('Add', [state.emitted, made.spike]);
  const decoded = build.op('Div', [emitted, t], {}, { name: 'decoded' });
  const { potential, current, spike } = made;
  return { state: { emitted, potential, current, charge }, decoded, spike };
}

/** One step from what arrives in it alone: names of the current, the potential after the spike, and the spike. */
export function lowerCurrentStep(
  build: GraphBuilder,
  before: { readonly arriving: string; readonly current: string; readonly potential: string },
  parameters: Readonly<Record<Parameter, string>>,
  reset: Attributes['reset'],
): { readonly current: string; readonly potential: string; readonly spike: string } {
  const { threshold, resetPotential, leak, synapticLeak, gain, drive, amplitude } = parameters;
  const kept = build.op('Mul', [before.current, synapticLeak]);
  const current = build.op('Add', [kept, before.arriving], {}, { name: 'current' });
  const leaked = build.op('Mul', [before.potential, leak]);
  const charged = build.op('Add', [leaked, build.op('Mul', [current, gain])]);
  const reached = build.op('Add', [charged, drive], {}, { name: 'reached' });
  const fired = build.op('Greater', [reached, threshold]);
  const spike = build.op('Where', [fired, amplitude, build.scalar('silent', 0)], {}, { name: 'spike' });
  const after = reset === 'subtract' ? build.op('Sub', [reached, threshold]) : resetPotential;
  const potential = build.op('Where', [fired, after, reached], {}, { name: 'potential' });
  return { current, potential, spike };
}
