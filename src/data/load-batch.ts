import { DataError, UsageError } from '../errors.ts';
import { firstNonFinite } from '../first-non-finite.ts';
import type { FloatTensor } from '../graph/float-tensor.ts';
import { sameShape, sizeOf } from '../graph/shape.ts';
import { cropResized, normaliseImage, type PreprocessConfig } from '../images/preprocess.ts';
import type { Dataset, Sample } from './dataset.ts';
import { lookAhead } from './look-ahead.ts';
import { oneAhead } from './one-ahead.ts';

/** Inputs `[number of samples, …inputShape]` for one run of the network; only the last batch of several may be smaller. */
export interface Batch extends FloatTensor<Float32Array> {
  readonly ids: readonly string[];
  readonly labels: readonly (number | undefined)[];
  /** What would be right for each sample, without a batch axis; absent for data without targets. */
  readonly targets?: readonly FloatTensor[];
}

/** How samples become batches. */
export interface LoadOptions {
  /** What happens to pictures; needed for data sets of pictures only. */
  preprocess?: PreprocessConfig | undefined;
  /** Shape of the network's input without the batch axis, `[channels, height, width]` for pictures. */
  inputShape: readonly number[];
  /** Samples a batch. */
  batchSize: number;
  /** Ids of samples to leave out. */
  skip?: ReadonlySet<string> | undefined;
  /** True: a damaged picture ends the run. False: it is left out and reported. */
  strict: boolean;
  /** Is told about every damaged picture that is left out, in the order of the data set. */
  onSkipped?: ((id: string, reason: string) => void) | undefined;
  /** Batches that are read and preprocessed ahead of the consumer; default 2. */
  prefetch?: number | undefined;
  /** Samples that are read at a time: best one more than there are processors; default 4. */
  concurrency?: number | undefined;
}

interface Input {
  id: string;
  label: number | undefined;
  target: FloatTensor | undefined;
  /** Writes the numbers that the network takes. Until then a picture is kept in bytes, a quarter of their size. */
  write(target: Float32Array): void;
}

/**
 * Reads a data set batch by batch, in its order, and decodes and preprocesses the next batches while the consumer works on one.
 * Samples that are left out are made up for by the following ones, so that all batches but the last are full.
 *
 * @throws DataError if a sample does not fit the network, with `strict` if a picture is damaged, and if all pictures are damaged.
 * @throws UsageError if batchSize, prefetch or concurrency make no sense, or pictures come without preprocessing.
 */
export function loadBatches(dataset: Dataset, options: LoadOptions): AsyncGenerator<Batch> {
  return oneAhead(readBatches(dataset, options));
}

async function* readBatches(dataset: Dataset, options: LoadOptions): AsyncGenerator<Batch, void> {
  checkOptions(options);
  const { batchSize, inputShape, strict, skip, onSkipped, prefetch = 2, concurrency = 4 } = options;
  const indices = Array.from({ length: dataset.size }, (_, i) => i).filter((i) => !skip?.has(dataset.id(i)));
  const prepare = async (index: number) => prepareInput(await dataset.sample(index), options);
  // One batch is put together ahead; of the others ahead, the samples are.
  const window = (prefetch - 1) * batchSize;
  let pending: Input[] = [];
  let good = 0;
  for await (const result of lookAhead(indices, prepare, window, concurrency)) {
    if ('value' in result) {
      good++;
      pending.push(result.value);
    } else {
      const { error, item } = result;
      if (strict || !(error instanceof DataError) || error instanceof MisfitError) throw error;
      onSkipped?.(dataset.id(item), error.message);
    }
    if (pending.length === batchSize) {
      yield joinInputs(pending, inputShape);
      pending = [];
    }
  }
  if (pending.length > 0) yield joinInputs(pending, inputShape);
  // What is left of an interrupted run may be damaged images alone.
  if (good === 0 && indices.length > 0 && !skip?.size) refuseAllDamaged(dataset, indices.length);
}

/** A whole sample that the network cannot take; unlike a damaged picture it is never left out. */
class MisfitError extends DataError {}

function prepareInput(sample: Sample, { preprocess, inputShape }: LoadOptions): Input {
  const { id, label, target } = sample;
  if (sample.kind === 'tensor') {
    const { shape, data } = sample.tensor;
    checkShape(shape, inputShape, `sample '${id}'`, 'Give inputs of the shape that the network takes');
    checkFinite(data, id);
    return { id, label, target, write: (target) => target.set(data) };
  }
  if (preprocess) {
    const { channels, cropHeight, cropWidth } = preprocess;
    const remedy = 'Give the preprocessing settings that belong to this network';
    checkShape([channels, cropHeight, cropWidth], inputShape, 'preprocessing', remedy);
    const picture = cropResized(sample.image, preprocess);
    return { id, label, target, write: (target) => normaliseImage(picture, preprocess, target) };
  }
  throw new UsageError({
    where: `sample '${id}'`,
    expected: 'preprocessing settings, since the data set has pictures',
    got: 'none',
    remedy: 'Give the option preprocess',
  });
}

/** A neuron would turn NaN into some spike or other, and nobody would notice. */
function checkFinite(data: Float32Array, id: string): void {
  const at = firstNonFinite(data);
  if (at < 0) return;
  throw new MisfitError({
    where: `sample '${id}'`,
    expected: 'finite numbers',
    got: String(data[at]),
    remedy: 'Check how the data were made',
  });
}

function joinInputs(inputs: readonly Input[], inputShape: readonly number[]): Batch {
  const length = sizeOf(inputShape);
  const data = new Float32Array(inputs.length * length);
  for (const [i, input] of inputs.entries()) input.write(data.subarray(i * length, (i + 1) * length));
  const targets = inputs.flatMap(({ target }) => target ?? []);
  return {
    ids: inputs.map(({ id }) => id),
    labels: inputs.map(({ label }) => label),
    ...(targets.length === inputs.length && { targets }),
    data,
    shape: [inputs.length, ...inputShape],
  };
}

function checkOptions({ batchSize, prefetch = 2, concurrency = 4 }: LoadOptions): void {
  const numbers = { batchSize, prefetch, concurrency };
  for (const [name, value] of Object.entries(numbers)) {
    if (Number.isInteger(value) && value > 0) continue;
    throw new UsageError({
      where: name,
      expected: 'a positive whole number',
      got: `${value}`,
      remedy: 'Give a number from 1 on',
    });
  }
}

function checkShape(
  got: readonly number[],
  expected: readonly number[],
  where: string,
  remedy: string,
): void {
  if (sameShape(got, expected)) return;
  throw new MisfitError({
    where,
    expected: `the shape [${expected.join(', ')}] of the network's input`,
    got: `[${got.join(', ')}]`,
    remedy,
  });
}

function refuseAllDamaged({ name }: Dataset, count: number): never {
  throw new DataError({
    where: `data set '${name}'`,
    expected: 'at least one picture that can be read',
    got: `${count} damaged ones`,
    remedy: 'Replace the files; strict mode shows what is wrong with the first one',
  });
}
