import { z } from 'zod';
import type { AnyNeuron } from '../dynamics/define-neuron.ts';
import { ConversionError } from '../errors.ts';
import type { Model } from '../graph/model.ts';
import type { Node } from '../graph/node.ts';
import { neededExtensions } from './needed-extensions.ts';

const unknown = new WeakSet<AnyNeuron>();

/**
 * Stands for a neuron that no loaded extension declares. The ONNX function that the model carries still runs, so a network
 * with it can be planned and run in the graph; whatever asks for the neuron itself is told which extension to load.
 */
export function unknownNeuron(model: Model, name: string, { inputs, outputs }: Node): AnyNeuron {
  const refuse = (): never => {
    throw missingExtension(model, name);
  };
  const neuron: AnyNeuron = {
    name,
    summary: 'declared by an extension that is not in use',
    equations: '',
    paper: '',
    attributes: z.record(z.string(), z.unknown()),
    parameters: inputs.slice(2).map((_, i) => `parameter${i + 1}`),
    state: [],
    ...(outputs[2] && { spikeCount: 'count' }),
    coding: 'rate',
    functionName: refuse,
    levels: refuse,
    step: refuse,
    decode: refuse,
    levelOf: refuse,
    lower: refuse,
  };
  unknown.add(neuron);
  return neuron;
}

/** @throws ConversionError if the neuron is one that only its extension knows */
export function requireKnown(neuron: AnyNeuron): void {
  if (unknown.has(neuron)) neuron.levels({});
}

function missingExtension(model: Model, neuron: string): ConversionError {
  const needed = neededExtensions(model).find(({ neurons }) => neurons.includes(neuron));
  return new ConversionError({
    where: `neuron '${neuron}'`,
    expected: needed ? `extension '${needed.name}' ${needed.version}` : 'an extension that declares it',
    got: 'no extension of that name in use',
    remedy: 'Load the extension, or use the in-graph engine, which needs nothing but the model',
    means: ['extensions', 'engine'],
  });
}
