import { extname } from 'node:path';
import { defineDataset } from '../data/define-dataset.ts';
import { readIntegerLabels } from '../decoding/integer-labels.ts';
import { DataError } from '../errors.ts';
import { readNpy } from '../files/read-npy.ts';
import { type NpyArray, npyToFloat32 } from '../formats/npy.ts';
import { sizeOf } from '../graph/shape.ts';

/**
 * A `.npy` file with a stack of ready-made network inputs `[N, …]`; the numbers are passed on as they are. With `sampleRank` all axes
 * before those of one sample are merged, as `[batches, B, …]`. Complex numbers become two channels ahead of the axes of a sample, real and
 * imaginary part. Labels come from a file of integers; ids are the indices.
 */
export const npyStack = defineDataset({
  name: 'npy',
  summary: 'a .npy file with a stack [N, …] of network inputs',
  accepts: ['labels', 'sampleRank'],
  matches: ({ isFolder, name }) => !isFolder && extname(name).toLowerCase() === '.npy',
  async open({ path, name }, options) {
    const array = await readNpy(path);
    const pairs = array.complex ? 1 : 0;
    const rank = options.sampleRank === undefined ? array.shape.length - 1 : options.sampleRank + pairs;
    checkRank(array, rank, path, options.sampleRank);
    const axes = array.shape.length - rank;
    const shape = array.shape.slice(axes);
    const size = sizeOf(array.shape.slice(0, axes));
    const labels = options.labels === undefined ? undefined : await readIntegerLabels(options.labels, size);
    const length = sizeOf(shape);
    return {
      kind: 'npy',
      name,
      arrays: true,
      size,
      labelled: labels !== undefined,
      ...(axes > 1 && { batchSize: array.shape[axes - 1]! }),
      id: String,
      sample: async (index) => {
        const data = npyToFloat32({ ...array, data: array.data.slice(index * length, (index + 1) * length) });
        const tensor = array.complex ? partsAsChannels(shape, data) : { shape, data };
        return { kind: 'tensor', id: String(index), label: labels?.[index], tensor };
      },
    };
  },
});

/** […, 2] as [2, …]. */
function partsAsChannels(
  shape: readonly number[],
  pairs: Float32Array,
): { shape: number[]; data: Float32Array } {
  const size = pairs.length / 2;
  const data = new Float32Array(pairs.length);
  for (let i = 0; i < size; i++) {
    data[i] = pairs[2 * i]!;
    data[size + i] = pairs[2 * i + 1]!;
  }
  return { shape: [2, ...shape.slice(0, -1)], data };
}

function checkRank({ shape }: NpyArray, rank: number, where: string, told: number | undefined): void {
  if (Number.isInteger(rank) && rank >= 1 && rank < shape.length) return;
  throw new DataError({
    where,
    expected: `an array with at least one axis before the ${Math.max(rank, 1)} of a sample`,
    got: `shape [${shape.join(', ')}]`,
    remedy: `Stack the inputs along a first axis${told === undefined ? ', or give the option sampleRank as the number of axes of one sample' : ''}`,
  });
}
