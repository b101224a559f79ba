import type { Dataset, DatasetOptions } from '../../data/dataset.ts';
import { cellGrids } from '../../detection/cell-grids.ts';
import { UsageError } from '../../errors.ts';
import { sizeOf } from '../../graph/shape.ts';
import { openDataset } from '../../opening/open-dataset.ts';
import { type ArrayData, ArrayLoader, openArrayData } from '../data/array-data.ts';
import { BatchLoader } from '../data/batch-loader.ts';
import type { Batches } from '../data/batches.ts';
import { FrameLoader, openFrameData } from '../data/frame-data.ts';
import { boxTargets, classTargets } from '../data/frame-targets.ts';
import { openTrainingData, sizesOf } from '../data/training-data.ts';
import type { NetworkShape } from '../networks/define-network.ts';
import type { CheckedRecipe } from '../recipe/load-recipe.ts';
import type { Recipe } from '../recipe/recipe.ts';

/** What a recipe trains on, and what it is tested on. */
export interface RecipeData {
  readonly shape: NetworkShape;
  readonly classNames?: readonly string[] | undefined;
  readonly train: Batches;
  readonly test: Batches;
  /** What tells the data from others. */
  readonly sizes: readonly (readonly number[])[];
}

/**
 * Opens the training and the test data of a recipe.
 *
 * @param path of data sets that the recipe does not name
 * @throws UsageError if there is no path, or a batch is larger than the training data
 */
export async function openRecipeData(checked: CheckedRecipe, path: string | undefined): Promise<RecipeData> {
  const { recipe, network, networkSettings } = checked;
  if (path !== undefined) requireOpenData(recipe, path);
  const open = async (part: 'train' | 'test') => {
    const given = recipe.data[part];
    const { path: own, ...rest } = typeof given === 'string' ? { path: given } : given;
    const options: DatasetOptions = rest;
    return openDataset(own ?? path ?? missingData(recipe), options);
  };
  const parts = [await open('train'), await open('test')] as const;
  const { overTime } = network;
  if (overTime) {
    const strides = overTime.strides?.(networkSettings);
    return framesOf(recipe, parts, { interval: overTime.interval(networkSettings), strides });
  }
  return network.readsArrays ? arraysOf(recipe, parts) : picturesOf(recipe, parts);
}

async function picturesOf(recipe: Recipe, parts: readonly [Dataset, Dataset]): Promise<RecipeData> {
  const { batchSize, data } = recipe;
  const { channels, classes } = data;
  const train = await openTrainingData(parts[0], channels, classes);
  const test = await openTrainingData(parts[1], channels, train.classes);
  requireBatch(recipe, train.size);
  return {
    shape: train,
    classNames: train.classNames,
    train: new BatchLoader(train, batchSize, data),
    test: new BatchLoader(test, batchSize, data),
    sizes: [train, test].map(sizesOf),
  };
}

/** How a network over time answers. */
interface Answering {
  /** Steps of an interval. */
  readonly interval: number;
  /** Pixels from cell to cell in each scale where it tells boxes. */
  readonly strides: readonly number[] | undefined;
}

async function framesOf(
  recipe: Recipe,
  parts: readonly [Dataset, Dataset],
  { interval, strides }: Answering,
): Promise<RecipeData> {
  const { batchSize, data } = recipe;
  const steps = await stepsOf(parts[0]);
  if (steps % interval !== 0) throw otherIntervals(recipe, steps, interval);
  const intervals = steps / interval;
  const boxIntervals = strides && intervals;
  const train = await openFrameData(parts[0], { classes: data.classes, boxIntervals });
  const { classes } = train;
  const test = await openFrameData(parts[1], { classes, boxIntervals });
  requireBatch(recipe, train.size);
  requireSame(recipe, `[${train.shape}]`, `[${test.shape}]`);
  const [, channels, height, width] = train.shape;
  const targets = strides
    ? boxTargets(intervals, { grids: cellGrids([height, width], strides), classes, width, height })
    : classTargets(intervals, classes);
  return {
    shape: { channels, height, width, steps, classes },
    classNames: train.classNames,
    train: new FrameLoader(train, batchSize, targets),
    test: new FrameLoader(test, batchSize, targets),
    sizes: [train, test].map(({ size, shape }) => [size, ...shape, classes]),
  };
}

/** Frames of the first sample; 0 where it has none, which is told later. */
async function stepsOf(dataset: Dataset): Promise<number> {
  const first = await dataset.sample(0);
  return first.kind === 'tensor' ? (first.tensor.shape[0] ?? 0) : 0;
}

function otherIntervals({ name }: Recipe, steps: number, interval: number): UsageError {
  return new UsageError({
    where: `recipe '${name}': network.interval`,
    expected: `a divisor of the ${steps} steps of a sample`,
    got: `${interval}`,
    remedy: 'Set another interval, or steps in the addresses of the data',
  });
}

async function arraysOf(recipe: Recipe, parts: readonly [Dataset, Dataset]): Promise<RecipeData> {
  const train = await openArrayData(parts[0]);
  const test = await openArrayData(parts[1]);
  requireBatch(recipe, train.size);
  requireSame(recipe, shapesOf(train), shapesOf(test));
  const [channels = 1, ...rest] = train.sampleShape;
  return {
    shape: {
      channels,
      height: rest.at(-2) ?? 1,
      width: rest.at(-1) ?? 1,
      classes: sizeOf(train.targetShape),
      arrays: { sample: train.sampleShape, target: train.targetShape },
    },
    train: new ArrayLoader(train, recipe.batchSize),
    test: new ArrayLoader(test, recipe.batchSize),
    sizes: [train, test].map(({ size, sampleShape, targetShape }) => [size, ...sampleShape, ...targetShape]),
  };
}

function requireBatch({ name, batchSize }: Recipe, size: number): void {
  if (batchSize <= size) return;
  throw new UsageError({
    where: `recipe '${name}': batchSize`,
    expected: `at most the ${size} samples of the training data`,
    got: `${batchSize}`,
    remedy: 'Take smaller batches',
  });
}

/** Shapes of an input and its target, as they are told. */
function shapesOf({ sampleShape, targetShape }: ArrayData): string {
  return `[${sampleShape}] to [${targetShape}]`;
}

/** @param expected shapes of the training data, as they are told @param got those of the test data */
function requireSame({ name }: Recipe, expected: string, got: string): void {
  if (expected === got) return;
  throw new UsageError({
    where: `recipe '${name}': data.test`,
    expected: `arrays as in data.train, ${expected}`,
    got,
    remedy: 'Test on data of the same shape',
  });
}

/** Data that the recipe names stay what they are. */
function requireOpenData({ name, data }: Recipe, path: string): void {
  const named = [data.train, data.test].map((part) => (typeof part === 'string' ? part : part.path));
  if (named.includes(undefined)) return;
  throw new UsageError({
    where: `recipe '${name}'`,
    expected: `no data beside its own, ${named.map((each) => `'${each}'`).join(' and ')}`,
    got: `'${path}'`,
    remedy: 'Leave it out, or leave data.train and data.test of the recipe open',
    means: ['data'],
  });
}

function missingData({ name }: Recipe): never {
  throw new UsageError({
    where: `recipe '${name}'`,
    expected: 'the path of its data set',
    got: 'none',
    remedy: 'Give the option data, or a path in data.train and data.test of the recipe',
    means: ['data'],
  });
}
