import type { Dataset } from '../data/dataset.ts';
import { openTargets } from './open-targets.ts';

/**
 * A data set whose samples say what would be right for them.
 *
 * @param path of the targets, as for {@link openTargets}
 * @throws DataError if they cannot be read, or there is not one for each sample
 */
export async function withTargets(dataset: Dataset, path: string): Promise<Dataset> {
  const ids = Array.from({ length: dataset.size }, (_, i) => dataset.id(i));
  const targetOf = await openTargets(path, ids);
  const { picture } = dataset;
  return {
    ...dataset,
    ...(picture && {
      picture: async (index) => ({ ...(await picture(index)), target: await targetOf(index) }),
    }),
    sample: async (index) => ({ ...(await dataset.sample(index)), target: await targetOf(index) }),
  };
}
