import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { countsFromTheLeft } from '../analysis/counts-from-the-left.ts';
import { givesNextTokens } from '../analysis/gives-next-tokens.ts';
import { logitsOf } from '../analysis/logits-of.ts';
import { type TokenInputs, tokenInputs } from '../analysis/token-inputs.ts';
import type { Dataset, TextSample } from '../data/dataset.ts';
import { limitDataset } from '../data/limit-dataset.ts';
import { type TokenFacts, type TokenSample, tokenBatches } from '../data/token-samples.ts';
import { withTargets } from '../decoding/with-targets.ts';
import { DataError, UsageError } from '../errors.ts';
import { mustExist } from '../look-up.ts';
import { firstTokens } from '../text/first-tokens.ts';
import { paddingToken } from '../text/padding-token.ts';
import { makeTokenizer, type TextTokenizer } from '../text/text-tokenizer.ts';
import { tokenWindows } from '../text/token-windows.ts';
import type { InputOptions, Inputs } from './inputs.ts';
import { openDataset } from './open-dataset.ts';
import type { Network } from './open-network.ts';
import { textAddress } from './text-address.ts';

/** Most tokens of a text where nothing else is said: attention takes memory and time with the square of the length. */
const defaultLength = 512;

/** Numbers of an output beyond which batches are smaller than usual. */
const outputsABatch = 2 ** 23;

/**
 * Opens texts as inputs of a network that reads tokens. All rows of all batches have the length of the longest text, so that
 * figures of energy hold for each; texts longer than the network takes, or than 512 tokens where nothing else is said, are cut
 * off. A decoder reads plain text in windows of that length.
 *
 * @param address path of the texts, perhaps with columns and length; see {@link textAddress}
 * @throws DataError if the texts cannot be used; UsageError if the network has no tokenizer, or cannot take the length
 */
export async function openTextInputs(
  network: Network,
  address: string,
  options: InputOptions,
): Promise<Inputs> {
  const inputs = mustExist(tokenInputs(network.model.graph), 'inputs for tokens');
  const tokenizer = tokenizerOf(network, address);
  const { path, columns, length } = textAddress(address);
  const { batchSize: wanted, strict, limit, targets, padTo = 0, ...rest } = options;
  const texts = await openDataset(path, { ...rest, columns, reads: 'text', classes: network.classNames });
  const most = mostTokens(network, inputs, tokenizer, length);
  const reader = readerOf(network, texts, tokenizer, most);
  const isWhole = texts.kind !== 'plain-text';
  // Rows of a table are limited before they become tokens, windows and lines afterwards.
  const read = await readAll(isWhole && limit !== undefined ? limitDataset(texts, limit) : texts, reader);
  const samples = await withOtherTargets(limited(read, isWhole ? undefined : limit), texts, targets);
  const rows = Math.max(padTo, rowLength(inputs, samples));
  requireEqualLengths(network, inputs, samples, address);
  const isDecoder = givesNextTokens(network.model);
  const { paddingSide } = tokenizer.settings;
  const side = isDecoder || countsFromTheLeft(network.model.graph) ? 'right' : paddingSide;
  const padding = paddingToken(inputs, tokenizer);
  const batchSize = wanted ?? batchSizeFor(network, rows);
  const dataset = datasetOf(texts, samples);
  return {
    dataset,
    size: dataset.size,
    batchSize,
    tokens: factsOf(samples, rows, tokenizer, side),
    batches: (skip) =>
      tokenBatches(
        samples.filter(({ id }) => !skip?.has(id)),
        inputs,
        batchSize,
        { length: rows, padding, side },
      ),
  };
}

function tokenizerOf({ tokenizer, path }: Network, address: string): TextTokenizer {
  if (tokenizer) return makeTokenizer(tokenizer, path);
  throw new UsageError({
    where: path,
    expected: `a network that says how the texts of '${address}' become tokens`,
    ...whatThereIs(path),
    means: ['tokenizer'],
  });
}

/** Files of tokenizers in older forms, which do not say all of how texts become tokens. */
const vocabularies = ['vocab.json', 'vocab.txt', 'merges.txt', 'spiece.model', 'tokenizer.model'];

function whatThereIs(path: string): { readonly got: string; readonly remedy: string } {
  const old = vocabularies.filter((name) => existsSync(join(path, name)));
  if (old.length === 0) {
    return {
      got: 'no tokenizer in the model, and no tokenizer.json beside it',
      remedy: 'Give the folder with its tokenizer.json, or inputs as arrays of tokens',
    };
  }
  return {
    got: `no tokenizer.json, but ${old.join(' and ')}, which do not say all of it`,
    remedy:
      'Write one with AutoTokenizer.from_pretrained(folder, use_fast=True).save_pretrained(folder) of transformers, or give inputs as arrays of tokens',
  };
}

/** The most tokens of a text, special ones included. */
function mostTokens(
  { path }: Network,
  { ids }: TokenInputs,
  { settings: { maxLength = Number.POSITIVE_INFINITY } }: TextTokenizer,
  wanted: number | undefined,
): number {
  const fixed = ids.shape?.[1];
  const bound = Math.min(typeof fixed === 'number' ? fixed : Number.POSITIVE_INFINITY, maxLength);
  if (wanted === undefined) return Math.min(bound, typeof fixed === 'number' ? fixed : defaultLength);
  if (wanted <= bound) return wanted;
  throw new UsageError({
    where: path,
    expected: `texts of at most ${bound} tokens, which the network takes`,
    got: `length=${wanted}`,
    remedy: 'Give a smaller length behind the path of the texts',
  });
}

/** Makes tokens of one sample of the texts, which may give several. */
type Reader = (sample: TextSample) => TokenSample[];

function readerOf(network: Network, texts: Dataset, tokenizer: TextTokenizer, most: number): Reader {
  const isDecoder = givesNextTokens(network.model);
  // What is right for a decoder is the text itself.
  const whole = ({ id, label, target, text, pair }: TextSample): TokenSample => ({
    id,
    label,
    ...(!isDecoder && { target }),
    ...tokenizer.encode(text, pair, most),
  });
  if (texts.kind !== 'plain-text') return (sample) => [whole(sample)];
  const named = (id: string, part: number) => `${texts.size > 1 ? `${id}:` : ''}${part}`;
  if (!isDecoder) {
    return (sample) =>
      sample.text.split(/\r?\n/).flatMap((line, i) => {
        const text = line.trim();
        return text === '' ? [] : [whole({ ...sample, id: named(sample.id, i + 1), text })];
      });
  }
  const prefix = firstTokens(tokenizer);
  return ({ id, text }) =>
    tokenWindows(tokenizer.tokens(text), most, prefix).map(({ from, ids }) => ({
      id: named(id, from),
      label: undefined,
      ids,
      types: ids.map(() => 0),
      cut: 0,
    }));
}

async function readAll(texts: Dataset, reader: Reader): Promise<TokenSample[]> {
  const all: TokenSample[] = [];
  const empty: string[] = [];
  for (let i = 0; i < texts.size; i++) {
    const sample = await texts.sample(i);
    const read = sample.kind === 'text' ? reader(sample) : [];
    if (read.some(({ ids }) => ids.length === 0)) empty.push(sample.id);
    for (const each of read) all.push(each);
  }
  if (all.length > 0 && empty.length === 0) return all;
  throw new DataError({
    where: texts.name,
    expected: 'texts that have tokens',
    got: empty.length > 0 ? `none in ${empty.slice(0, 5).join(', ')}` : 'none',
    remedy: 'Leave out texts without content',
  });
}

function limited(samples: readonly TokenSample[], limit: number | undefined): readonly TokenSample[] {
  if (limit === undefined || limit >= samples.length) return samples;
  return Array.from({ length: limit }, (_, i) => samples[Math.floor((i * samples.length) / limit)]!);
}

/** What would be right for the texts, where a file says it. */
async function withOtherTargets(
  samples: readonly TokenSample[],
  texts: Dataset,
  path: string | undefined,
): Promise<readonly TokenSample[]> {
  if (path === undefined) return samples;
  const { sample } = await withTargets(datasetOf(texts, samples), path);
  return Promise.all(samples.map(async (each, i) => ({ ...each, target: (await sample(i)).target })));
}

function datasetOf(texts: Dataset, samples: readonly TokenSample[]): Dataset {
  return {
    kind: texts.kind,
    name: texts.name,
    size: samples.length,
    labelled: texts.labelled,
    ...(texts.classNames && { classNames: texts.classNames }),
    id: (index) => samples[index]!.id,
    sample: async (index) => {
      const { id, label, target, ids } = samples[index]!;
      const tensor = { shape: [ids.length], data: Float32Array.from(ids) };
      return { kind: 'tensor', id, label, ...(target && { target }), tensor };
    },
  };
}

/** Tokens of each row: what the network declares, else the longest text. */
function rowLength({ ids }: TokenInputs, samples: readonly TokenSample[]): number {
  const fixed = ids.shape?.[1];
  return typeof fixed === 'number'
    ? fixed
    : samples.reduce((most, each) => Math.max(most, each.ids.length), 0);
}

/** Without a mask, padding would be read as text; only a decoder does not look ahead at it. */
function requireEqualLengths(
  { path, model }: Network,
  inputs: TokenInputs,
  samples: readonly TokenSample[],
  address: string,
): void {
  if (inputs.mask || givesNextTokens(model)) return;
  const lengths = samples.map(({ ids }) => ids.length);
  const [shortest, longest] = [Math.min(...lengths), rowLength(inputs, samples)];
  if (shortest === longest) return;
  throw new DataError({
    where: address,
    expected: `texts of equal length, since '${path}' has no mask that hides padding`,
    got: `${shortest} to ${longest} tokens`,
    remedy: 'Export the network with its attention mask as an input',
  });
}

function batchSizeFor({ model }: Network, length: number): number {
  const { shape } = logitsOf(model);
  const last = shape?.at(-1);
  const outputs = givesNextTokens(model) && typeof last === 'number' ? length * last : 1;
  return Math.max(1, Math.min(8, Math.floor(outputsABatch / outputs)));
}

function factsOf(
  samples: readonly TokenSample[],
  length: number,
  { settings }: TextTokenizer,
  paddingSide: TokenFacts['paddingSide'],
): TokenFacts {
  return {
    texts: samples.length,
    length,
    tokens: samples.reduce((sum, { ids }) => sum + ids.length, 0),
    cut: samples.filter(({ cut }) => cut > 0).length,
    cutSide: settings.truncationSide,
    paddingSide,
  };
}
