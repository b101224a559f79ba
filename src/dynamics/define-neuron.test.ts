import { describe, expect, expectTypeOf, it } from 'vitest';
import { z } from 'zod';
import type { GraphBuilder } from '../graph/graph-builder.ts';
import { neurons } from '../neurons/neurons.ts';
import {
  type AttributesOf,
  defineNeuron,
  type NeuronDefinition,
  type ParameterOf,
  type StepOutputs,
  type StepValues,
} from './define-neuron.ts';
import { initialState } from './initial-state.ts';

const facets = {
  name: 'half',
  summary: 'Emits half of what it receives.',
  equations: 's(t) = x̄(t)/2',
  paper: 'none',
  attributes: z.object({ levels: z.int().default(1) }),
  functionName: () => 'Half',
  levels: () => [1],
  levelOf: () => 0,
  coding: 'instant',
  decode: () => 0,
} as const;

/** A lowering that needs a parameter `theta` and state variables `sent` and `charge`. */
function lower(
  build: GraphBuilder,
  { mean, state, parameters }: StepValues<'theta', 'sent' | 'charge'>,
): StepOutputs<'sent' | 'charge'> {
  const spike = build.op('Mul', [mean, parameters.theta]);
  return { state: { sent: spike, charge: state.charge }, decoded: spike, spike };
}

describe('defineNeuron', () => {
  it('gives every facet its parameters, state variables and attributes by name and type', () => {
    const half = defineNeuron({
      ...facets,
      parameters: ['theta'],
      state: ['sent', 'charge'],
      spikeCount: 'sent',
      initialState: ({ theta }) => ({ charge: theta }),
      step({ mean }, state, { theta }, { levels }) {
        expectTypeOf(state).toEqualTypeOf<Record<'sent' | 'charge', number>>();
        expectTypeOf(levels).toBeNumber();
        state.sent = Math.min(mean * theta, levels);
        return state.sent;
      },
      lower,
    });
    expectTypeOf<ParameterOf<typeof half>>().toEqualTypeOf<'theta'>();
    expectTypeOf<AttributesOf<typeof half>>().toEqualTypeOf<{ levels: number }>();
    const state = initialState(half, { theta: 0.5 }, { levels: 1 });
    expect(half.step({ mean: 0.5, t: 1 }, state, { theta: 0.5 }, { levels: 1 })).toBe(0.25);
    expect(state).toEqual({ sent: 0.25, charge: 0.5 });
  });

  it('does not compile with a parameter, state variable or attribute that is missing or misspelt', () => {
    const names = { parameters: ['theta'], state: ['sent', 'charge'] } as const;
    const rest = { ...facets, ...names, step: () => 0, lower };
    const wrong: unknown[] = [
      // @ts-expect-error: the lowering needs a parameter that the neuron does not have
      defineNeuron({ ...rest, parameters: [] }),
      // @ts-expect-error: the lowering needs a state variable that the neuron does not have
      defineNeuron({ ...rest, state: ['sent'] }),
      // @ts-expect-error: the lowering does not say what becomes of a state variable
      defineNeuron({ ...rest, state: ['sent', 'charge', 'count'] }),
      // @ts-expect-error: a misspelt parameter
      defineNeuron({ ...rest, step: (_input, _state, { teta }) => teta }),
      // @ts-expect-error: a misspelt state variable
      defineNeuron({ ...rest, step: (_input, state) => state.send }),
      // @ts-expect-error: a misspelt attribute
      defineNeuron({ ...rest, levels: ({ level }) => [level] }),
      // @ts-expect-error: not a state variable
      defineNeuron({ ...rest, spikeCount: 'spikes' }),
      // @ts-expect-error: not a state variable
      defineNeuron({ ...rest, initialState: ({ theta }) => ({ potential: theta }) }),
      // @ts-expect-error: a facet is missing
      defineNeuron({ ...facets, ...names, step: () => 0 }),
    ];
    expect(wrong).toHaveLength(9);
  });

  it('does not compile when a neuron is run with a parameter missing or misspelt', () => {
    const half = defineNeuron({
      ...facets,
      parameters: ['theta'],
      state: ['sent', 'charge'],
      step: ({ mean }, _state, { theta }) => mean * theta,
      lower,
    });
    const run = (neuron: typeof half) => {
      const state = initialState(neuron, { theta: 1 }, { levels: 1 });
      // @ts-expect-error: a misspelt parameter
      neuron.step({ mean: 1, t: 1 }, state, { teta: 1 }, { levels: 1 });
      // @ts-expect-error: a missing state variable
      neuron.decode({ sent: 0 }, 1);
      // @ts-expect-error: a missing attribute
      neuron.levels({});
    };
    expect(() => run(half)).not.toThrow();
  });

  it('lets any neuron stand where the names do not matter', () => {
    expectTypeOf(neurons).items.toEqualTypeOf<NeuronDefinition>();
    expectTypeOf<NeuronDefinition<{ levels: number }, 'theta', 'sent'>>().toExtend<NeuronDefinition>();
  });
});

describe('initialState', () => {
  it('starts every state variable at 0 unless the neuron says otherwise, always in the same order', () => {
    for (const neuron of neurons) {
      const parameters = Object.fromEntries(neuron.parameters.map((name) => [name, 0.25]));
      const attributes = neuron.attributes.parse({});
      const state = initialState(neuron, parameters, attributes);
      expect(Object.keys(state)).toEqual(neuron.state);
      const zeros = Object.fromEntries(neuron.state.map((name) => [name, 0]));
      expect(state).toEqual({ ...zeros, ...neuron.initialState?.(parameters, attributes) });
    }
  });
});
