import { z } from 'zod';
import { ExtensionError, listProblems } from '../errors.ts';
import type { Model } from '../graph/model.ts';
import { neuronCatalogue } from '../neurons/neurons.ts';

/** Key of the record among a model's `metadata_props`. */
const metadataKey = 'transpike.extensions';

const schema = z.array(
  z.object({
    name: z.string(),
    version: z.string(),
    hash: z.string(),
    /** Neurons of the model that come from it. */
    neurons: z.array(z.string()),
  }),
);

/** Extensions whose neurons stand in a model. */
export type NeededExtensions = z.infer<typeof schema>;

/** Notes in a model which extensions its neurons come from. @param neurons names of the neurons in it */
export function noteNeededExtensions(model: Model, neurons: Iterable<string>): void {
  const needed = new Map<string, NeededExtensions[number]>();
  for (const neuron of new Set(neurons)) {
    const origin = neuronCatalogue.originOf(neuron);
    if (!origin) continue;
    const known = needed.get(origin.name) ?? { ...origin, neurons: [] };
    known.neurons.push(neuron);
    needed.set(origin.name, known);
  }
  if (needed.size > 0) model.metadata.set(metadataKey, JSON.stringify([...needed.values()]));
}

/** @throws ExtensionError if a neuron of the model comes from another version of its extension than the model was made with */
export function requireNeededVersions(model: Model, where: string): void {
  const problems = neededExtensions(model).flatMap(({ name, version, neurons }) => {
    const others = neurons.flatMap((neuron) => {
      const origin = neuronCatalogue.originOf(neuron);
      return origin && (origin.name !== name || origin.version !== version) ? [{ neuron, origin }] : [];
    });
    return others.map(
      ({ neuron, origin }) =>
        `neuron '${neuron}': expected extension '${name}' ${version}, got '${origin.name}' ${origin.version}. Use that version, or convert the source again.`,
    );
  });
  if (problems.length > 0)
    throw new ExtensionError(listProblems(`${where}: made with other extensions.`, problems));
}

/** The extensions that a model was noted to need; none where the note cannot be read. */
export function neededExtensions(model: Model): NeededExtensions {
  const text = model.metadata.get(metadataKey);
  if (text === undefined) return [];
  try {
    return schema.parse(JSON.parse(text));
  } catch {
    return [];
  }
}
