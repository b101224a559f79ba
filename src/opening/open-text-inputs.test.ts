import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Batch } from '../data/load-batch.ts';
import type { NamedInputs } from '../graph/input-batch.ts';
import { lookUp } from '../look-up.ts';
import { OrtSession } from '../sessions/ort-session.ts';
import type { InputOptions } from './inputs.ts';
import { openInputs } from './open-inputs.ts';
import { type Network, openNetwork } from './open-network.ts';
import {
  decoderTokens,
  encoderWords,
  saveClassifier,
  saveDecoder,
  saveEncoder,
} from './text-checkpoints.fixture.ts';

const folder = mkdtempSync(join(tmpdir(), 'texts-'));
afterAll(() => rmSync(folder, { recursive: true }));

let encoder: Network;
let decoder: Network;
beforeAll(async () => {
  encoder = await openNetwork(await saveEncoder(join(folder, 'encoder')));
  decoder = await openNetwork(await saveDecoder(join(folder, 'decoder')));
});

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const lines = (...rows: object[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join('');

async function read(network: Network, path: string, options: InputOptions = {}) {
  const inputs = await openInputs(network, path, options);
  const batches: Batch[] = [];
  for await (const batch of inputs.batches()) batches.push(batch);
  return { inputs, batches };
}

/** Changes fields of a JSON file. */
function change(path: string, fields: object): void {
  writeFileSync(path, JSON.stringify({ ...JSON.parse(readFileSync(path, 'utf8')), ...fields }));
}

async function openSession(path: string): Promise<[Network, OrtSession]> {
  const network = await openNetwork(path);
  return [network, await OrtSession.create(network.model)];
}

/** An input of a batch, row by row. */
function rows(batch: Batch | undefined, name: string): number[][] {
  const { shape, data } = lookUp(new Map(Object.entries((batch as NamedInputs).inputs)), name, 'input');
  const [count, length] = shape as [number, number];
  const numbers = Array.from(data as ArrayLike<number | bigint>, Number);
  return Array.from({ length: count }, (_, i) => numbers.slice(i * length, (i + 1) * length));
}

const words = (row: readonly number[] | undefined) => row?.map((id) => encoderWords[id]).join(' ');
const tokens = (row: readonly number[] | undefined) => row?.map((id) => decoderTokens[id]).join('');

describe('texts as inputs of an encoder', () => {
  it('are special tokens, words and padding, with a mask and classes by the names of the network', async () => {
    const path = file(
      'reviews.jsonl',
      lines({ text: 'A very GOOD film!', label: 'good' }, { text: 'Not played.', label: 'bad' }),
    );
    const { inputs, batches } = await read(encoder, path);
    expect(batches).toHaveLength(1);
    expect(rows(batches[0], 'input_ids').map(words)).toEqual([
      '[CLS] a very good film ! [SEP]',
      '[CLS] not play ##ed . [SEP] [PAD]',
    ]);
    expect(rows(batches[0], 'attention_mask')).toEqual([
      [1, 1, 1, 1, 1, 1, 1],
      [1, 1, 1, 1, 1, 1, 0],
    ]);
    expect([batches[0]!.ids, batches[0]!.labels]).toEqual([
      ['0', '1'],
      [1, 0],
    ]);
    expect(inputs.tokens).toEqual({
      texts: 2,
      length: 7,
      tokens: 13,
      cut: 0,
      cutSide: 'right',
      paddingSide: 'right',
    });
    expect(inputs.dataset).toMatchObject({ kind: 'text-table', size: 2, labelled: true });
  });

  it('have the types of pairs, and are cut to what the network takes, the longer text first', async () => {
    const path = file(
      'pairs.csv',
      'premise,hypothesis,label\n"good, good good good good good good good good good",bad bad,1\n',
    );
    const { inputs, batches } = await read(encoder, path);
    expect(rows(batches[0], 'input_ids').map(words)).toEqual([
      '[CLS] good [UNK] good good good good good [SEP] bad bad [SEP]',
    ]);
    expect(rows(batches[0], 'token_type_ids')).toEqual([[0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1]]);
    expect(inputs.tokens).toMatchObject({ length: 12, cut: 1 });
  });

  it('are cut to the length behind the path, and read from the columns that it names', async () => {
    const path = file('stars.tsv', 'words\tstars\nthe film was "good\t1\nbad\t0\n');
    const { batches } = await read(encoder, `${path}?text=words&label=stars&length=5`);
    expect(rows(batches[0], 'input_ids').map(words)).toEqual([
      '[CLS] the film was [SEP]',
      '[CLS] bad [SEP] [PAD] [PAD]',
    ]);
    expect(batches[0]!.labels).toEqual([1, 0]);
  });

  it('give the same logits whatever the padding, in batches of any size', async () => {
    const path = file('mixed.jsonl', lines({ text: 'bad' }, { text: 'a film was not very good ! .' }));
    const alone = file('alone.jsonl', lines({ text: 'bad' }));
    const session = await OrtSession.create(encoder.model);
    const logits = async (batch: Batch | undefined) => (await session.run(batch!)).get('logits')!.data;
    const [{ batches: both }, { batches: one }] = [await read(encoder, path), await read(encoder, alone)];
    expect(rows(one[0], 'input_ids')[0]).toHaveLength(3);
    const [padded, plain] = [await logits(both[0]), await logits(one[0])];
    await session.release();
    for (let i = 0; i < 2; i++) expect(padded[i]).toBeCloseTo(plain[i]!, 6);
    expect(Math.abs(padded[0]! - padded[2]!)).toBeGreaterThan(1e-3);
  });

  it.each([
    ['on the left, for positions that are learnt', saveEncoder, {}, { padding_side: 'left' }],
    ['by a token without an embedding', saveEncoder, { pad_token_id: null }, { pad_token: '[MASK]' }],
    ['of a decoder that classifies, without a token for it', saveClassifier, { pad_token_id: -1 }, {}],
  ] as const)(
    'give the same logits whatever the tokenizer says of padding: %s',
    async (_, save, config, tokenizer) => {
      const path = await save(join(folder, 'padded'));
      change(join(path, 'config.json'), config);
      change(join(path, 'tokenizer_config.json'), tokenizer);
      const [network, session] = await openSession(path);
      const [short, long] = [{ text: 'bad' }, { text: 'a film was good' }];
      const logits = async (...texts: object[]) => {
        const { batches } = await read(network, file('texts.jsonl', lines(...texts)));
        return (await session.run(batches[0]!)).get('logits')!.data;
      };
      const [both, alone] = [await logits(short, long), await logits(short)];
      await session.release();
      for (let i = 0; i < 2; i++) expect(both[i]).toBeCloseTo(alone[i]!, 6);
      expect(Math.abs(both[0]! - both[2]!)).toBeGreaterThan(1e-4);
    },
  );

  it('are lines of plain text, and some of them where there is a limit', async () => {
    const path = file('lines.txt', 'good film\n\nbad film\nthe play\n');
    const { batches } = await read(encoder, path, { limit: 2, batchSize: 1 });
    expect(batches.map((batch) => words(rows(batch, 'input_ids')[0]))).toEqual([
      '[CLS] good film [SEP]',
      '[CLS] bad film [SEP]',
    ]);
    expect(batches.map(({ ids }) => ids[0])).toEqual(['1', '3']);
  });

  it('come from a folder of tables named by part, to calibrate on from the training part', async () => {
    mkdirSync(join(folder, 'parts'));
    file('parts/train.jsonl', lines({ text: 'good' }));
    file('parts/test.csv', 'text\nbad\n');
    const first = async (options: InputOptions) => {
      const { batches } = await read(encoder, join(folder, 'parts'), options);
      return words(rows(batches[0], 'input_ids')[0]);
    };
    expect(await first({})).toBe('[CLS] bad [SEP]');
    expect(await first({ purpose: 'calibration' })).toBe('[CLS] good [SEP]');
    expect(await first({ split: 'train' })).toBe('[CLS] good [SEP]');
    await expect(first({ split: 'val' })).rejects.toThrow(
      `${join(folder, 'parts')}: expected texts of the part 'val', got test.csv, train.jsonl. Choose one of these with the option split.`,
    );
  });

  it('go on with texts that are not done yet', async () => {
    const path = file('some.jsonl', lines({ text: 'good' }, { text: 'bad' }, { text: 'film' }));
    const inputs = await openInputs(encoder, path);
    for await (const { ids } of inputs.batches(new Set(['0', '2']))) expect(ids).toEqual(['1']);
  });
});

describe('texts as inputs of a decoder', () => {
  it('are windows of plain text one after the other, but for one of a single token', async () => {
    const path = file('story.txt', 'the cat, the dog.');
    const { inputs, batches } = await read(decoder, `${path}?length=6`);
    expect(rows(batches[0], 'input_ids').map(tokens)).toEqual(['theĠcat,', 'ĠtheĠdog.']);
    expect(batches[0]!.ids).toEqual(['0', '6']);
    expect(inputs.tokens).toMatchObject({ length: 6, tokens: 12 });
    const { batches: five } = await read(decoder, `${path}?length=11`);
    expect(five[0]!.ids).toEqual(['0']);
  });

  it('refuse a length beyond the positions of the network', async () => {
    const path = file('long.txt', 'the cat');
    await expect(openInputs(decoder, `${path}?length=25`)).rejects.toThrow(
      `${decoder.path}: expected texts of at most 24 tokens, which the network takes, got length=25. Give a smaller length behind the path of the texts.`,
    );
  });
});

describe('errors of texts', () => {
  it('say what the columns are', async () => {
    const path = file('odd.csv', 'words,stars\ngood,1\n');
    await expect(openInputs(encoder, path)).rejects.toThrow(
      `${path}: expected a column of texts, as 'text', 'sentence', 'content' or 'sentence1' and 'sentence2', got columns 'words', 'stars'. Name the columns behind the path: '?text=words', with '&pair=' and '&label=' if there are such.`,
    );
    await expect(openInputs(encoder, `${path}?text=word`)).rejects.toThrow(
      `${path}: expected columns 'word', got columns 'words', 'stars'.`,
    );
  });

  it('list all lines that are wrong', async () => {
    const path = file('broken.jsonl', '{"text": "good"}\n[1]\n{"text": 3}\n');
    await expect(openInputs(encoder, path)).rejects.toThrow(
      `${path}: not a table of texts. Correct these lines:\n  - line 2: expected a JSON object, got [1]`,
    );
    const unknown = file('unknown.jsonl', lines({ text: 'good', label: 'fine' }));
    await expect(openInputs(encoder, unknown)).rejects.toThrow(
      `${unknown}: not a table of texts. Correct these lines:\n  - line 1: expected a class of 'the network', got 'fine'`,
    );
  });

  it('say that a tokenizer is missing', async () => {
    const path = await saveEncoder(join(folder, 'mute'));
    rmSync(join(path, 'tokenizer.json'));
    const texts = file('a.jsonl', lines({ text: 'good' }));
    await expect(openInputs(await openNetwork(path), texts)).rejects.toThrow(
      `${path}: expected a network that says how the texts of '${texts}' become tokens, got no tokenizer in the model, and no tokenizer.json beside it. Give the folder with its tokenizer.json, or inputs as arrays of tokens.`,
    );
    const told = await openNetwork(path, { tokenizer: join(folder, 'encoder') });
    expect((await openInputs(told, texts)).tokens?.tokens).toBe(3);
  });

  it('say which files of an older tokenizer there are, and how to make it whole', async () => {
    const path = await saveEncoder(join(folder, 'older'));
    rmSync(join(path, 'tokenizer.json'));
    for (const name of ['vocab.json', 'merges.txt']) writeFileSync(join(path, name), '{}');
    const texts = file('a.jsonl', lines({ text: 'good' }));
    await expect(openInputs(await openNetwork(path), texts)).rejects.toThrow(
      'got no tokenizer.json, but vocab.json and merges.txt, which do not say all of it. Write one with AutoTokenizer.from_pretrained(folder, use_fast=True).save_pretrained(folder) of transformers, or give inputs as arrays of tokens.',
    );
  });

  it('refuse what is no text', async () => {
    const path = file('picture.png', '');
    await expect(openInputs(encoder, path)).rejects.toThrow(
      `${path}: expected one of: a .jsonl, .csv or .tsv file with columns of texts and classes, or a folder of them named by split; a .txt file with a text, or a folder of them, got a file with the extension '.png'. Give the path of one of these, or arrays of tokens.`,
    );
  });
});
