import { readFile } from 'node:fs/promises';
import { FormatError, messageOf } from '../errors.ts';

/** What a job is told beside the settings of its training: files, and how to run and watch it. */
const beside = [
  ...['recipe', 'data', 'testData', 'folder', 'fresh', 'threads', 'signal', 'onProgress'],
  ...['output', 'force', 'bundle', 'onNotice'],
];

/**
 * Settings of a recipe, and before them those that are given beside it.
 *
 * @param what the recipe is for, as in `a fine-tuning`
 * @throws FormatError if the recipe cannot be read
 */
export async function trainingSettings(
  given: { readonly recipe?: string | undefined },
  what: string,
): Promise<object> {
  const stated = Object.entries(given).filter(
    ([name, value]) => value !== undefined && !beside.includes(name),
  );
  const written = given.recipe === undefined ? {} : await readRecipe(given.recipe, what);
  return { ...written, ...Object.fromEntries(stated) };
}

async function readRecipe(path: string, what: string): Promise<object> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as object;
  } catch (cause) {
    throw new FormatError(
      {
        where: path,
        expected: `settings of ${what} as JSON`,
        got: messageOf(cause),
        remedy: 'Check the path, or the file',
      },
      { cause },
    );
  }
}
