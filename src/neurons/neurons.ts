import { ConversionError } from '../errors.ts';
import type { NeuronDefinition } from './define-neuron.ts';
import { multiThreshold } from './multi-threshold.ts';

/** All neurons, for look-ups by name and for the conformance suite. */
// biome-ignore lint/suspicious/noExplicitAny: each neuron checks its own attributes, so the list need not know them
export const neurons: readonly NeuronDefinition<any>[] = [multiThreshold];

/** The neuron with this name. @throws ConversionError for an unknown name, listing the known ones. */
export function neuronNamed(name: string): NeuronDefinition {
  const found = neurons.find((each) => each.name === name);
  if (found) return found;
  throw new ConversionError({
    where: `neuron '${name}'`,
    expected: `one of ${neurons.map((each) => each.name).join(', ')}`,
    got: 'an unknown name',
    remedy: 'The model may come from a newer version of Transpike',
  });
}
