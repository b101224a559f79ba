import type { DatasetOptions } from '../../data/dataset.ts';
import { UsageError } from '../../errors.ts';
import { openDataset } from '../../opening/open-dataset.ts';
import { openTrainingData, type TrainingData } from '../data/training-data.ts';
import type { Recipe } from '../recipe/recipe.ts';

/**
 * Opens the training and the test data of a recipe.
 *
 * @param path of data sets that the recipe does not name
 * @throws UsageError if there is no path, or a batch is larger than the training data
 */
export async function openRecipeData(
  recipe: Recipe,
  path: string | undefined,
): Promise<[TrainingData, TrainingData]> {
  const { channels, classes } = recipe.data;
  if (path !== undefined) requireOpenData(recipe, path);
  const open = async (part: 'train' | 'test') => {
    const given = recipe.data[part];
    const { path: own, ...rest } = typeof given === 'string' ? { path: given } : given;
    const options: DatasetOptions = rest;
    return openDataset(own ?? path ?? missingData(recipe), options);
  };
  const train = await openTrainingData(await open('train'), channels, classes);
  const test = await openTrainingData(await open('test'), channels, train.classes);
  if (recipe.batchSize > train.size) {
    throw new UsageError({
      where: `recipe '${recipe.name}': batchSize`,
      expected: `at most the ${train.size} samples of the training data`,
      got: `${recipe.batchSize}`,
      remedy: 'Take smaller batches',
    });
  }
  return [train, test];
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
