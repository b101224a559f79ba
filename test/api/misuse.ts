/**
 * Mistakes that must not compile. `npm run types` checks this file: where a mistake compiles after all, the line
 * that expects an error is an error itself. It is never run.
 */
import { z } from 'zod';
import {
  conversion,
  data,
  energy,
  type errors,
  exporters,
  graph,
  methods,
  neurons,
  passes,
} from '../../src/index.ts';

const { integrateAndFire } = neurons;
const whole = {
  name: 'own',
  summary: 'An example.',
  equations: 's(t) = θ',
  paper: 'none',
  attributes: z.object({ levels: z.int() }),
  parameters: ['threshold'],
  state: ['emitted'],
  coding: 'rate',
  functionName: () => 'Own',
  levels: () => [1],
  step: (_, state, { threshold }) => {
    state.emitted += threshold;
    return threshold;
  },
  decode: (state, t) => state.emitted / t,
  levelOf: () => 0,
  lower: (_, { state, parameters }) => ({
    state,
    decoded: state.emitted,
    spike: parameters.threshold,
  }),
} as const satisfies Partial<neurons.NeuronDefinition<{ levels: number }, 'threshold', 'emitted'>>;

neurons.defineNeuron(whole);

const { lower: _, ...withoutLowering } = whole;
// @ts-expect-error a neuron without its form in standard operators
neurons.defineNeuron(withoutLowering);

// @ts-expect-error a parameter that the neuron does not have
neurons.defineNeuron({ ...whole, step: (_, __, { threshhold }) => threshhold });

// @ts-expect-error a state variable that the neuron does not have
neurons.defineNeuron({ ...whole, decode: (state) => state.charge });

// @ts-expect-error a count of spikes that is no state variable
neurons.defineNeuron({ ...whole, spikeCount: 'count' });

const relu = integrateAndFire.attributes.parse({});
// @ts-expect-error parameters of another neuron
neurons.runNeuron(integrateAndFire, relu, { threshold: 1 }, Float64Array.of(1), () => 0);

methods.defineMethod({
  ...methods.ecmt,
  presets: { own: methods.ecmt.presets.tuned! },
  // @ts-expect-error a default preset that is none of the presets
  defaultPreset: 'tuned',
});

const { figures, ...withoutFigures } = energy.devices[0];
// @ts-expect-error a device without figures
energy.defineDevice(withoutFigures);

// @ts-expect-error a figure that does not say where it comes from
energy.defineDevice({ ...withoutFigures, figures: { ...figures, add: { picojoules: 1 } } });

// @ts-expect-error a pass that does not say what it changes
passes.definePass({ name: 'own', apply: () => 0 });

// @ts-expect-error an exporter that writes nothing
exporters.defineExporter({ name: 'own', summary: 'Nothing.', extension: '.own' });

// @ts-expect-error a kind of data set that accepts an option which does not exist
data.defineDataset({ ...data.datasetKinds[0]!, accepts: ['colour'] });

declare const model: graph.Model;
// @ts-expect-error a conversion without a method
conversion.convert(model, { steps: 4 });

// @ts-expect-error numbers that are no floats
graph.imageCount({ shape: [1], data: Int32Array.of(1) });

declare const error: errors.TranspikeError;
// @ts-expect-error what an error says cannot be changed
error.remedy = 'none';

declare const site: conversion.Site;
if (conversion.isSiteOf(site, integrateAndFire)) {
  site.parameters.threshold.toNumber();
  // @ts-expect-error: not a parameter of these neurons
  site.parameters.thresholdPositive;
  // @ts-expect-error: not an attribute of these neurons
  site.attributes.levels;
}
// @ts-expect-error: the kind of the neurons is not known yet
site.attributes.activation;
const activation = integrateAndFire.attributes.parse({});
// @ts-expect-error: a parameter is missing
conversion.neuronSpec(integrateAndFire, activation, { threshold: 1, initialPotential: 0 });
