import type { Dataset } from './dataset.ts';

/**
 * Part of a data set, evenly spread over the whole of it, so that a short run sees samples of all classes even where they are sorted by
 * class: sample i is number `floor(i * size / limit)` of the whole. Ids stay the same.
 *
 * @param limit number of samples; at least the size of the data set means all of them
 */
export function limitDataset(dataset: Dataset, limit: number): Dataset {
  const { size } = dataset;
  if (limit >= size) return dataset;
  const place = (index: number) => Math.floor((index * size) / limit);
  const { picture } = dataset;
  return {
    ...dataset,
    ...(picture && { picture: (index) => picture(place(index)) }),
    size: limit,
    endless: false,
    id: (index) => dataset.id(place(index)),
    sample: (index) => dataset.sample(place(index)),
  };
}
