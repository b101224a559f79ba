import { basename } from 'node:path';
import type { Dataset, TensorSample } from '../data/dataset.ts';
import { limitDataset } from '../data/limit-dataset.ts';
import type { Batch } from '../data/load-batch.ts';
import { readIntegerLabels } from '../decoding/integer-labels.ts';
import { withTargets } from '../decoding/with-targets.ts';
import { UsageError } from '../errors.ts';
import type { BoundInputs } from '../graph/bind-inputs.ts';
import { castNumbers } from '../graph/cast-numbers.ts';
import { joinSamples, sampleCount, sliceSamples } from '../graph/input-batch.ts';
import type { InputOptions, Inputs } from './inputs.ts';
import type { Network } from './open-network.ts';
import { readNamedInputs } from './read-named-inputs.ts';

/**
 * Opens arrays as the inputs of a network by name; labels come from a file of integers, ids are the indices.
 *
 * @param address as for {@link readNamedInputs}
 * @throws DataError if the arrays do not fit the network; UsageError if an option does nothing for arrays
 */
export async function openNamedInputs(
  network: Network,
  address: string,
  options: InputOptions,
): Promise<Inputs> {
  refuseIdleOptions(address, options);
  const inputs = await readNamedInputs(network.model.graph, address);
  const { labels: labelFile, limit, batchSize = 8 } = options;
  const samples = sampleCount(inputs);
  const labels = labelFile === undefined ? undefined : await readIntegerLabels(labelFile, samples);
  const dataset: Dataset = {
    kind: 'arrays',
    name: basename(address),
    size: samples,
    labelled: labels !== undefined,
    id: String,
    sample: async (index) => ({
      kind: 'tensor',
      id: String(index),
      label: labels?.[index],
      tensor: firstOf(inputs, index),
    }),
  };
  const measured = options.targets === undefined ? dataset : await withTargets(dataset, options.targets);
  const limited = limit === undefined ? measured : limitDataset(measured, limit);
  const places = Array.from({ length: limited.size }, (_, i) => Number(limited.id(i)));
  async function* batches(skip?: ReadonlySet<string>): AsyncGenerator<Batch> {
    const left = places.filter((place) => !skip?.has(String(place)));
    for (let from = 0; from < left.length; from += batchSize) {
      const part = left.slice(from, from + batchSize);
      const targets = (await Promise.all(part.map(measured.sample))).flatMap(({ target }) => target ?? []);
      yield {
        ...joinSamples(part.map((place) => sliceSamples(inputs, place, place + 1))),
        ids: part.map(String),
        labels: part.map((place) => labels?.[place]),
        ...(targets.length > 0 && { targets }),
      };
    }
  }
  return { dataset: limited, size: limited.size, batchSize, batches };
}

/** What a data set shows of a sample: its first input. */
function firstOf({ inputs, shared }: BoundInputs, index: number): TensorSample['tensor'] {
  const name = Object.keys(inputs).find((each) => !shared.includes(each));
  const { shape, data } = (name === undefined ? undefined : inputs[name]) ?? {
    shape: [1],
    data: new Float32Array(1),
  };
  const size = data.length / shape[0]!;
  return {
    shape: shape.slice(1),
    data: castNumbers(data.slice(index * size, (index + 1) * size), 'float32') as Float32Array,
  };
}

function refuseIdleOptions(where: string, { split, synsets }: InputOptions): void {
  const idle = Object.entries({ split, synsets }).filter(([, value]) => value !== undefined);
  if (idle.length === 0) return;
  throw new UsageError({
    where,
    expected: 'only the options labels, targets, limit and batchSize for arrays',
    got: idle.map(([name]) => name).join(', '),
    remedy: 'Leave out the options that do nothing here',
  });
}
