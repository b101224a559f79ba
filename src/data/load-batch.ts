import { DataError, UsageError } from '../errors.ts';
import { firstNonFinite } from '../first-non-finite.ts';
import { castNumbers, emptyNumbers, firstMisfit } from '../graph/cast-numbers.ts';
import type { DataType } from '../graph/data-type.ts';
import type { FloatTensor } from '../graph/float-tensor.ts';
import type { InputBatch, InputTensor } from '../graph/input-batch.ts';
import { sameShape, sizeOf } from '../graph/shape.ts';
import type { TypedNumbers } from '../graph/typed-view.ts';
import { cropResized, normaliseImage, type PreprocessConfig, shownPart } from '../images/preprocess.ts';
import type { Dataset, Sample } from './dataset.ts';
import { lookAhead } from './look-ahead.ts';
import { ObjectTarget } from './object-columns.ts';
import { oneAhead } from './one-ahead.ts';

/** Which samples a batch holds. */
interface Samples {
  readonly ids: readonly string[];
  readonly labels: readonly (number | undefined)[];
  /** What would be right for each sample, without a batch axis; absent for data without targets. */
  readonly targets?: readonly FloatTensor[];
}

/** Samples for one run of the network; only the last batch of several may be smaller. */
export type Batch = InputBatch & Samples;

/** The same where the network has one input, of type float32: `[number of samples, …inputShape]`. */
export type TensorBatch = InputTensor<Float32Array> & Samples;

/** How samples become batches. */
export interface LoadOptions {
  /** What happens to pictures; needed for data sets of pictures only. */
  preprocess?: PreprocessConfig | undefined;
  /** Shape of the network's input without the batch axis, `[channels, height, width]` for pictures. */
  inputShape: readonly number[];
  /** Element type of the network's input. Default `float32`. */
  dataType?: DataType | undefined;
  /** Samples a batch. */
  batchSize: number;
  /** Ids of samples to leave out. */
  skip?: ReadonlySet<string> | undefined;
  /** True: a damaged picture ends the run. False: it is left out and reported. */
  strict: boolean;
  /** True where the samples are part of a data set, all of which may be damaged. Default false. */
  isPart?: boolean | undefined;
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
  write(target: TypedNumbers): void;
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
  const { batchSize, strict, skip, isPart, onSkipped, prefetch = 2, concurrency = 4 } = options;
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
      yield joinInputs(pending, options);
      pending = [];
    }
  }
  if (pending.length > 0) yield joinInputs(pending, options);
  // What is left of an interrupted run may be damaged images alone.
  if (good === 0 && indices.length > 0 && !skip?.size && !isPart) refuseAllDamaged(dataset, indices.length);
}

/** A whole sample that the network cannot take; unlike a damaged picture it is never left out. */
class MisfitError extends DataError {}

function prepareInput(sample: Sample, { preprocess, inputShape, dataType = 'float32' }: LoadOptions): Input {
  const { id, label, target } = sample;
  if (sample.kind === 'tensor') {
    const { shape, data } = sample.tensor;
    checkShape(shape, inputShape, `sample '${id}'`, 'Give inputs of the shape that the network takes');
    checkNumbers(data, dataType, id);
    const numbers = castNumbers(data, dataType);
    // Both are of the element type of the input.
    return { id, label, target, write: (into) => (into as Float64Array).set(numbers as Float64Array) };
  }
  if (sample.kind === 'text') throw textsNeedTokens(id);
  if (preprocess) {
    const { channels, cropHeight, cropWidth } = preprocess;
    const remedy = 'Give the preprocessing settings that belong to this network';
    checkShape([channels, cropHeight, cropWidth], inputShape, 'preprocessing', remedy);
    const picture = cropResized(sample.image, preprocess);
    const shown =
      target instanceof ObjectTarget ? target.inPart(shownPart(sample.image, preprocess)) : target;
    return { id, label, target: shown, write: (into) => writePicture(picture, preprocess, into, id) };
  }
  throw new UsageError({
    where: `sample '${id}'`,
    expected: 'preprocessing settings, since the data set has pictures',
    got: 'none',
    remedy: 'Give the option preprocess',
  });
}

function textsNeedTokens(id: string): UsageError {
  return new UsageError({
    where: `sample '${id}'`,
    expected: 'a picture or an array',
    got: 'a text',
    remedy: 'Give texts to a network that reads them',
  });
}

/** A neuron would turn NaN into some spike or other, and nobody would notice. */
function checkNumbers(data: TypedNumbers, dataType: DataType, id: string): void {
  const isFloat = data instanceof Float32Array || data instanceof Float64Array;
  const infinite = isFloat ? firstNonFinite(data) : -1;
  const at = infinite >= 0 ? infinite : firstMisfit(data, dataType);
  if (at < 0) return;
  throw new MisfitError({
    where: `sample '${id}'`,
    expected: infinite >= 0 ? 'finite numbers' : `numbers of type ${dataType}`,
    got: String(data[at]),
    remedy: 'Check how the data were made',
  });
}

/** Normalised pictures are floats; a network that takes bytes normalises them itself. */
function writePicture(
  picture: Parameters<typeof normaliseImage>[0],
  preprocess: PreprocessConfig,
  target: TypedNumbers,
  id: string,
): void {
  if (target instanceof Float32Array) {
    normaliseImage(picture, preprocess, target);
    return;
  }
  const numbers = new Float32Array(target.length);
  normaliseImage(picture, preprocess, numbers);
  if (!(target instanceof Float64Array)) {
    throw new MisfitError({
      where: `sample '${id}'`,
      expected: 'numbers of the element type that the network takes, which normalised pictures are not',
      got: 'a picture',
      remedy: 'Give the inputs as arrays, or a network that takes floats',
    });
  }
  target.set(numbers);
}

function joinInputs(inputs: readonly Input[], { inputShape, dataType = 'float32' }: LoadOptions): Batch {
  const length = sizeOf(inputShape);
  const data = emptyNumbers(dataType, inputs.length * length);
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
