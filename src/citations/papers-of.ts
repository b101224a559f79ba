import { UsageError } from '../errors.ts';
import { methodCatalogue } from '../methods/methods.ts';
import { neuronCatalogue } from '../neurons/neurons.ts';
import { type Reference, referencesIn } from './reference.ts';
import { keyOf } from './to-bibtex.ts';

/**
 * The publications behind methods and neurons, each once.
 *
 * @param names of methods and neurons, which may share a name
 * @throws UsageError for a name that neither has
 */
export function papersOf(names: readonly string[]): Reference[] {
  const found = names.flatMap((name) => {
    const members = [methodCatalogue.get(name), neuronCatalogue.get(name)].filter(
      (each) => each !== undefined,
    );
    if (members.length > 0) return members.flatMap(({ paper }) => referencesIn(paper));
    throw new UsageError({
      where: `'${name}'`,
      expected: `a spiking model, a method (${methodCatalogue.names}) or a neuron (${neuronCatalogue.names})`,
      got: 'neither',
      remedy: 'Check the name or the path',
    });
  });
  return [...new Map(found.map((each) => [keyOf(each), each])).values()];
}
