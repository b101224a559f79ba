import { readFile, stat } from 'node:fs/promises';
import { extname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { z } from 'zod';
import { FormatError, listProblems, messageOf } from '../../errors.ts';
import { augments } from '../data/augmentation.ts';
import type { AnyNetworkKind } from '../networks/define-network.ts';
import { networkCatalogue } from '../networks/networks.ts';
import type { AnyOptimiser } from '../optimisers/define-optimiser.ts';
import { optimisers } from '../optimisers/optimisers.ts';
import { type Recipe, recipeSchema } from './recipe.ts';

/** A recipe with its parts looked up and their settings checked. */
export interface CheckedRecipe {
  readonly recipe: Recipe;
  readonly network: AnyNetworkKind;
  readonly networkSettings: unknown;
  readonly optimiser: AnyOptimiser;
  readonly optimiserOptions: unknown;
}

/**
 * Reads a recipe: a `.json` file, or a module (`.js`, `.mjs`, or `.ts` where the runtime takes it) with the recipe as
 * default export.
 *
 * @throws FormatError that lists everything wrong with it
 */
export async function loadRecipe(path: string): Promise<CheckedRecipe> {
  return checkRecipe(await readRecipe(path), path);
}

async function readRecipe(path: string): Promise<unknown> {
  try {
    if (extname(path) === '.json') return JSON.parse(await readFile(path, 'utf8'));
    // A module that is not there, or none, would be told with the one that asked for it.
    if ((await stat(path)).isDirectory()) throw new Error('a folder');
    if (!/\.[cm]?[jt]s$/.test(path)) throw new Error(`a file with the extension '${extname(path)}'`);
    const module: { default?: unknown } = await import(pathToFileURL(resolve(path)).href);
    return module.default;
  } catch (cause) {
    throw new FormatError(
      {
        where: path,
        expected: 'a recipe as JSON, or a module with it as default export',
        got: messageOf(cause),
        remedy: 'Start from one of the files in recipes/',
      },
      { cause },
    );
  }
}

/**
 * Checks a recipe and fills in defaults.
 *
 * @param where named in messages
 * @throws FormatError that lists everything wrong with it
 */
export function checkRecipe(given: unknown, where: string): CheckedRecipe {
  const problems: string[] = [];
  const parsed = recipeSchema.safeParse(given);
  if (!parsed.success) throw unusable(where, describe(parsed.error, ''));
  const recipe = parsed.data;
  const network = lookUp(byName(networkCatalogue.members), recipe.network.kind, 'network.kind', problems);
  const optimiser = lookUp(optimisers, recipe.optimiser.kind, 'optimiser.kind', problems);
  const { kind: _, ...optimiserSettings } = recipe.optimiser;
  const networkSettings = network && check(network.settings, recipe.network, 'network', problems);
  const optimiserOptions = optimiser && check(optimiser.options, optimiserSettings, 'optimiser', problems);
  problems.push(...problemsOf(network, networkSettings, recipe));
  if (!network || !optimiser || problems.length > 0) throw unusable(where, problems);
  return { recipe, network, networkSettings, optimiser, optimiserOptions };
}

function problemsOf(network: AnyNetworkKind | undefined, settings: unknown, recipe: Recipe): string[] {
  if (network?.overTime)
    return frameProblems(
      recipe,
      settings !== undefined && network.overTime.strides?.(settings) !== undefined,
    );
  return network?.readsArrays ? arrayProblems(recipe) : pictureProblems(recipe);
}

function frameProblems(
  { data: { mean, std }, network, augmentation, activation, loss }: Recipe,
  boxes: boolean,
): string[] {
  const problems: string[] = [];
  if (mean.length + std.length > 0) {
    problems.push(
      `data: expected no mean and std, since '${network.kind}' reads counts of events as they are, got some`,
    );
  }
  if (activation.kind !== 'relu') problems.push(`activation.kind: expected 'relu', got '${activation.kind}'`);
  const wanted = boxes ? 'boxes' : 'interval-cross-entropy';
  if (loss.kind !== wanted) {
    const why = boxes ? 'it tells boxes' : 'it answers once an interval';
    problems.push(`loss.kind: expected ${wanted}, since ${why}, got '${loss.kind}'`);
  }
  if (boxes && augments({ ...augmentation, shift: 0 })) {
    problems.push('augmentation: expected shift alone, which boxes follow, got others');
  }
  return problems;
}

function pictureProblems({ data: { mean, std, channels }, loss }: Recipe): string[] {
  const problems: string[] = [];
  if (mean.length !== channels || std.length !== channels) {
    problems.push(
      `data: expected ${channels} numbers in mean and in std, one a channel, got ${mean.length} and ${std.length}`,
    );
  }
  if (['nmse', 'interval-cross-entropy', 'boxes'].includes(loss.kind)) {
    problems.push(`loss.kind: expected a loss of classes, got '${loss.kind}'`);
  }
  return problems;
}

function arrayProblems({ data: { mean, std }, network, augmentation, activation, loss }: Recipe): string[] {
  const problems: string[] = [];
  if (mean.length + std.length > 0) {
    problems.push(
      `data: expected no mean and std, since '${network.kind}' reads arrays as they are, got some`,
    );
  }
  if (augments(augmentation)) problems.push('augmentation: expected none for arrays, got some');
  if (activation.kind !== 'relu') problems.push(`activation.kind: expected 'relu', got '${activation.kind}'`);
  if (loss.kind.endsWith('cross-entropy') || loss.kind === 'boxes') {
    problems.push(`loss.kind: expected nmse or mse, since targets are numbers, got '${loss.kind}'`);
  }
  return problems;
}

function byName<Entry extends { readonly name: string }>(entries: readonly Entry[]): Record<string, Entry> {
  return Object.fromEntries(entries.map((each) => [each.name, each]));
}

function lookUp<Entry>(
  table: Readonly<Record<string, Entry>>,
  name: string,
  where: string,
  problems: string[],
): Entry | undefined {
  const found = Object.hasOwn(table, name) ? table[name] : undefined;
  if (!found) problems.push(`${where}: expected one of ${Object.keys(table).join(', ')}, got '${name}'`);
  return found;
}

function check(schema: z.ZodType, value: unknown, where: string, problems: string[]): unknown {
  const parsed = schema.safeParse(value);
  if (!parsed.success) problems.push(...describe(parsed.error, where));
  return parsed.data;
}

function describe(error: z.ZodError, prefix: string): string[] {
  return error.issues.map(({ path, message }) => {
    const place = [prefix, ...path.map(String)].filter(Boolean).join('.');
    return `${place || 'recipe'}: ${message}`;
  });
}

function unusable(where: string, problems: readonly string[]): FormatError {
  return new FormatError(listProblems(`${where}: not a recipe that can be trained.`, problems));
}
