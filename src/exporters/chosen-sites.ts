import { UsageError } from '../errors.ts';
import type { Model } from '../graph/model.ts';
import { sitesOf } from '../spiking/neuron-node.ts';

/** Names of sites. @param wanted names, or `all` @throws UsageError if there is no such site */
export function chosenSites(model: Model, wanted: readonly string[]): string[] {
  const known = sitesOf(model).map(({ name }) => name);
  if (wanted.includes('all')) return known;
  const unknown = wanted.find((name) => !known.includes(name));
  if (unknown === undefined) return [...wanted];
  throw new UsageError({
    where: `site '${unknown}'`,
    expected: `all, or some of ${known.join(', ')}`,
    got: 'a site that the network does not have',
    remedy: 'Give the names of sites',
    means: ['spikesOf'],
  });
}
