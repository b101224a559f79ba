import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { tokenInputs } from '../analysis/token-inputs.ts';
import { FormatError, messageOf, UsageError } from '../errors.ts';
import { readOrdinaryFile } from '../files/read-ordinary-file.ts';
import type { Model } from '../graph/model.ts';
import { keptTokenizer } from '../text/kept-tokenizer.ts';
import type { TokenizerDefinition } from '../text/text-tokenizer.ts';
import { tokenizerSettings } from '../text/tokenizer-settings.ts';

/** How texts become tokens, where the network does not say it, or says it wrongly. */
export interface TokenizerOptions {
  /** Folder with `tokenizer.json` and, if there is one, `tokenizer_config.json`, or the first of the two. Default: what the network says. */
  readonly tokenizer?: string | undefined;
}

/**
 * How texts become the tokens of a network: as told, as the model keeps it, or as files beside it say, for a file in `onnx/` also those above.
 * None for a network that reads something else.
 *
 * @param folder of the network
 * @throws FormatError if a file cannot be read; UsageError if a tokenizer is told for a network that reads no text
 */
export async function networkTokenizer(
  model: Model,
  folder: string,
  { tokenizer: told }: TokenizerOptions,
): Promise<TokenizerDefinition | undefined> {
  if (!tokenInputs(model.graph)) {
    if (told === undefined) return undefined;
    throw new UsageError({
      where: `tokenizer ${told}`,
      expected: 'a network that reads tokens',
      got: 'one that does not',
      remedy: 'Leave it out',
      means: ['tokenizer'],
    });
  }
  if (told !== undefined) return readTokenizer((await isFolder(told)) ? told : dirname(told), folder);
  const kept = keptTokenizer(model);
  if (kept) return kept;
  const places = [folder, ...(basename(folder) === 'onnx' ? [dirname(folder)] : [])];
  const place = places.find((each) => existsSync(join(each, 'tokenizer.json')));
  return place === undefined ? undefined : readTokenizer(place, folder);
}

/** @param network folder with what the network itself says of its tokens */
async function readTokenizer(folder: string, network: string): Promise<TokenizerDefinition> {
  const [tokenizer, tokenizerConfig, specialTokens] = await Promise.all([
    readJson(join(folder, 'tokenizer.json')),
    readIfThere(join(folder, 'tokenizer_config.json')),
    readIfThere(join(folder, 'special_tokens_map.json')),
  ]);
  const [config, generation] = await Promise.all(
    ['config.json', 'generation_config.json'].map((name) => readFrom([network, folder], name)),
  );
  const files = { tokenizer, tokenizerConfig, specialTokens, network: config, generation };
  return { tokenizer, settings: tokenizerSettings(files, folder) };
}

async function readFrom(folders: readonly string[], name: string): Promise<unknown> {
  const path = folders.map((folder) => join(folder, name)).find(existsSync);
  return path === undefined ? undefined : readJson(path);
}

async function readIfThere(path: string): Promise<unknown> {
  return existsSync(path) ? readJson(path) : undefined;
}

async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse((await readOrdinaryFile(path)).toString('utf8'));
  } catch (cause) {
    throw new FormatError(
      {
        where: path,
        expected: 'a file of a tokenizer, as JSON',
        got: messageOf(cause),
        remedy: 'Save the tokenizer anew, or give another one',
        means: ['tokenizer'],
      },
      { cause },
    );
  }
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() ?? false;
}
