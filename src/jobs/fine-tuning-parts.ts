import type { Dataset } from '../data/dataset.ts';
import { UsageError } from '../errors.ts';
import { openDataset } from '../opening/open-dataset.ts';

/** Where pictures to train on, and to measure on, come from. */
interface PartsSettings {
  readonly data: string;
  /** Default: the part `test` of the data. */
  readonly testData?: string | undefined;
  readonly needsLabels: boolean;
}

/**
 * Pictures to train on and pictures to measure on.
 *
 * @throws UsageError if the data have no parts `train` and `test`, and nothing else to measure on is given
 */
export async function openFineTuningParts({
  data,
  testData,
  needsLabels,
}: PartsSettings): Promise<[Dataset, Dataset]> {
  if (testData !== undefined)
    return [await openDataset(data, { needsLabels }), await openDataset(testData, { needsLabels })];
  const part = async (split: 'train' | 'test') =>
    openDataset(data, { needsLabels, split }).catch(async (cause) => {
      // What cannot be opened at all says better what is wrong with it.
      await openDataset(data, { needsLabels, purpose: 'calibration' });
      throw withoutPart(data, split, cause);
    });
  return [await part('train'), await part('test')];
}

function withoutPart(where: string, split: string, cause: unknown): UsageError {
  return new UsageError(
    {
      where,
      expected: 'data with the parts train and test',
      got: `no part ${split}`,
      remedy: 'Give other data to measure on, too',
      means: ['testData'],
    },
    { cause },
  );
}
