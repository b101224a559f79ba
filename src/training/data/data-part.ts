import { Random } from '../../random.ts';
import type { TrainingData } from './training-data.ts';

/** Key of the random stream that chooses what is held back. */
const heldBackStream = 4;

/** Some samples of a data set. */
function partOf(data: TrainingData, indices: readonly number[]): TrainingData {
  return {
    ...data,
    size: indices.length,
    sample: (index) => data.sample(indices[index] ?? Number.NaN),
  };
}

/**
 * Holds a share of a data set back, chosen by the seed; at least one sample is on either side.
 *
 * @returns the rest and what is held back, each in the order of the data set
 */
export function holdBack(data: TrainingData, share: number, seed: number): [TrainingData, TrainingData] {
  const count = Math.min(Math.max(Math.round(share * data.size), 1), data.size - 1);
  const indices = Array.from({ length: data.size }, (_, i) => i);
  const shuffled = new Random(seed, heldBackStream).shuffle(Uint32Array.from(indices));
  const held = new Set(shuffled.subarray(0, count));
  const part = (wanted: boolean) =>
    partOf(
      data,
      indices.filter((i) => held.has(i) === wanted),
    );
  return [part(false), part(true)];
}
