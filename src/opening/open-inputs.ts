import { availableParallelism } from 'node:os';
import { tokenInputs } from '../analysis/token-inputs.ts';
import type { Dataset } from '../data/dataset.ts';
import { loadBatches } from '../data/load-batch.ts';
import { unreadPictures } from '../data/unread-pictures.ts';
import { ConversionError, RuntimeError, UsageError } from '../errors.ts';
import { printShape } from '../graph/print-graph.ts';
import type { InputOptions, Inputs } from './inputs.ts';
import { namedFiles } from './named-files.ts';
import { openDataset } from './open-dataset.ts';
import { openNamedInputs } from './open-named-inputs.ts';
import type { Network } from './open-network.ts';
import { openTextInputs } from './open-text-inputs.ts';

/**
 * Opens data as inputs of a network: pictures are preprocessed as its checkpoint says, texts become tokens as its tokenizer says, arrays are taken as they are. Several inputs come
 * as an .npz file of arrays by input name, or as `name=file` for each, joined by commas; a number may stand for a file.
 *
 * @throws DataError if the data cannot be used; ConversionError if the network has no batch axis; UsageError if they are pictures and nothing says how these become inputs;
 * RuntimeError if the network's input has unknown lengths
 *
 * @example
 * ```ts
 * import { openInputs, openNetwork } from 'transpike';
 *
 * const network = await openNetwork('vit/');
 * const images = await openInputs(network, 'images/', { limit: 4 });
 * for await (const { ids, shape } of images.batches()) {
 *   console.log(ids.length, shape.join(' × ')); // 4 4 × 3 × 8 × 12
 * }
 * ```
 */
export async function openInputs(
  network: Network,
  path: string,
  options: InputOptions = {},
): Promise<Inputs> {
  requireBatchAxis(network);
  if (isOfNames(network, path)) return openNamedInputs(network, path, options);
  if (tokenInputs(network.model.graph)) return openTextInputs(network, path, options);
  const { batchSize: wanted, strict = false, padTo, ...rest } = options;
  const isStack = path.endsWith('.npy');
  const dataset = await openDataset(path, {
    ...rest,
    classes: network.classNames,
    reads: 'pictures',
    ...(isStack && { sampleRank: network.inputShape.length }),
  });
  if (!dataset.arrays) requirePreprocess(network, path);
  const inputShape = dataset.arrays ? await filledShape(network, dataset) : knownShape(network);
  const batchSize = wanted ?? dataset.batchSize ?? 8;
  const dataType = network.model.graph.inputs[0]?.dataType;
  const reading = { preprocess: network.preprocess, inputShape, dataType };
  return {
    dataset,
    size: dataset.size,
    batchSize,
    pictures: unreadPictures(dataset, batchSize, reading),
    batches: (skip, onSkipped) =>
      loadBatches(dataset, {
        ...reading,
        batchSize,
        strict,
        skip,
        onSkipped,
        concurrency: availableParallelism() + 1,
      }),
  };
}

/** One axis of a fixed length is all that a sample has: there is none to put several along. */
function requireBatchAxis({ model, path }: Network): void {
  const [first] = model.graph.inputs;
  const length = first?.shape?.length === 1 ? first.shape[0] : undefined;
  if (!first || typeof length !== 'number' || length === 1) return;
  throw new ConversionError({
    where: path,
    expected: 'inputs with an axis for the batch',
    got: `${first.name} ${printShape([length])}`,
    remedy: `Export the model with a batch axis in front, as ${first.name} ${printShape(['batch', length])}`,
  });
}

/** Guessed preprocessing gives wrong numbers without a word. */
function requirePreprocess({ preprocess, path }: Network, data: string): void {
  if (!preprocess?.assumed) return;
  throw new UsageError({
    where: path,
    expected: `a network that says how the pictures of '${data}' become its inputs`,
    got: 'no preprocessing in the model or in files beside it',
    remedy:
      "Give the option preprocess: 'imagenet' for the usual settings of ImageNet, 'unit' for pixels from 0 to 1, or a JSON file with mean and std",
    means: ['preprocess'],
  });
}

/** Arrays that have names, or go to a network with several inputs, with whole numbers, or with lengths that the data decide. */
function isOfNames({ model, inputShape }: Network, path: string): boolean {
  if (namedFiles(path) || path.endsWith('.npz')) return true;
  const isOpen = inputShape.length === 0 || inputShape.some((length) => typeof length !== 'number');
  const [first, ...others] = model.graph.inputs;
  const isWhole = first?.dataType !== undefined && first.dataType !== 'float32';
  return path.endsWith('.npy') && (others.length > 0 || isOpen || isWhole);
}

/** Lengths that the network leaves open, such as the number of time-steps, are those of the data. */
async function filledShape(network: Network, dataset: Dataset): Promise<number[]> {
  const sample = await dataset.sample(0);
  const given = sample.kind === 'tensor' ? sample.tensor.shape : [];
  if (given.length !== network.inputShape.length) return knownShape(network);
  return network.inputShape.map((length, axis) => (typeof length === 'number' ? length : (given[axis] ?? 1)));
}

function knownShape({ inputShape, path }: Network): number[] {
  if (inputShape.length > 0 && inputShape.every((length) => typeof length === 'number'))
    return inputShape as number[];
  throw new RuntimeError({
    where: path,
    expected: 'an input with known lengths beside the batch',
    got: printShape(inputShape),
    remedy: 'Give the shape of the input, or export the model with a fixed one',
    means: ['inputShapes'],
  });
}
