import { describe, expect, it } from 'vitest';
import { cutPair } from './cut-pair.ts';
import { makeTokenizer } from './text-tokenizer.ts';
import { tokenBatch } from './token-batch.ts';
import { tokenWindows } from './token-windows.ts';
import { tokenizerSettings } from './tokenizer-settings.ts';

const tokenizer = {
  added_tokens: [{ id: 3, content: '</s>', special: true }],
  model: { type: 'WordPiece', unk_token: '<unk>', vocab: { '<unk>': 0, a: 1, b: 2 } },
  pre_tokenizer: { type: 'WhitespaceSplit' },
};
const settings = (more: object = {}) => tokenizerSettings({ tokenizer, ...more }, 'folder');

describe('what a checkpoint says of sequences', () => {
  it('has the smaller of two lengths, sides, and tokens by their names', () => {
    const tokenizerConfig = {
      model_max_length: 1e30,
      padding_side: 'left',
      truncation_side: 'left',
      eos_token: { content: '</s>' },
    };
    expect(settings({ tokenizerConfig, network: { n_positions: 40, eos_token_id: [2, 3] } })).toEqual({
      maxLength: 40,
      paddingSide: 'left',
      truncationSide: 'left',
      padding: 2,
      first: undefined,
      stops: [2, 3],
      options: { eos_token: '</s>' },
    });
    expect(
      settings({ tokenizerConfig: { model_max_length: 12 }, network: { n_positions: 40 } }).maxLength,
    ).toBe(12);
    expect(settings()).toMatchObject({ maxLength: undefined, paddingSide: 'right', stops: [], padding: 0 });
  });

  it('leaves out the positions that RoBERTa counts below its first one', () => {
    const network = { model_type: 'roberta', max_position_embeddings: 514, pad_token_id: 1 };
    expect(settings({ network })).toMatchObject({ maxLength: 512, padding: 1 });
  });

  it('lists all fields that are wrong', () => {
    expect(() => settings({ tokenizerConfig: { padding_side: 'up', model_max_length: 'x' } })).toThrow(
      /^folder: not the files of a tokenizer\. Mend or replace them:\n {2}- tokenizer_config\.json: 'model_max_length'.*\n {2}- tokenizer_config\.json: 'padding_side'/,
    );
  });
});

describe('a tokenizer', () => {
  it('knows the words of its vocabulary, and gives others as unknown', () => {
    const made = makeTokenizer({ tokenizer, settings: settings() }, 'folder');
    expect(made.encode('a b </s> c', undefined, 9)).toEqual({
      ids: [1, 2, 3, 0],
      types: [0, 0, 0, 0],
      cut: 0,
    });
    expect(made.encode('a b', 'b', 9)).toMatchObject({ ids: [1, 2, 2] });
    expect(made.encode('a b b', undefined, 1)).toMatchObject({ ids: [1], cut: 2 });
    expect(made.decode([1, 3, 2])).toBe('a b');
    expect(made.decode([])).toBe('');
  });

  it('of an unknown kind is refused', () => {
    const odd = { ...tokenizer, pre_tokenizer: { type: 'Odd' } };
    expect(() => makeTokenizer({ tokenizer: odd, settings: settings() }, 'folder')).toThrow(
      'folder: expected a tokenizer.json of a kind that is known, got Unknown PreTokenizer type: Odd. Save the tokenizer anew, or give the inputs as arrays of tokens.',
    );
  });
});

it('cuts the longer of two texts first, then both alike', () => {
  const lengths = (own: number, other: number, most: number) =>
    cutPair([Array(own).fill(0), Array(other).fill(0)], most, 'right').map(({ length }) => length);
  expect(lengths(5, 3, 8)).toEqual([5, 3]);
  expect(lengths(9, 3, 8)).toEqual([5, 3]);
  expect(lengths(3, 9, 8)).toEqual([3, 5]);
  expect(lengths(9, 9, 7)).toEqual([3, 4]);
  expect(lengths(9, 9, 0)).toEqual([0, 0]);
  expect(cutPair([[1, 2, 3]], 2, 'left')).toEqual([[2, 3]]);
});

it('fills rows up on either side, with a mask, and positions from 0 on', () => {
  const info = (name: string) => ({ name, dataType: 'int32' as const, shape: [undefined, undefined] });
  const inputs = {
    ids: info('ids'),
    mask: info('mask'),
    types: undefined,
    positions: info('at'),
    vocabulary: 9,
  };
  const sequences = [{ ids: [5, 6], types: [0, 0] }];
  const batch = (side: 'left' | 'right') =>
    Object.values(tokenBatch(inputs, sequences, { length: 4, padding: 9, side }).inputs).map(({ data }) => [
      ...data,
    ]);
  expect(batch('right')).toEqual([
    [5, 6, 9, 9],
    [1, 1, 0, 0],
    [0, 1, 0, 0],
  ]);
  expect(batch('left')).toEqual([
    [9, 9, 5, 6],
    [0, 0, 1, 1],
    [0, 0, 0, 1],
  ]);
});

it('cuts tokens into windows that begin with the prefix', () => {
  expect(tokenWindows([1, 2, 3, 4, 5], 3, [9])).toEqual([
    { from: 0, ids: [9, 1, 2] },
    { from: 2, ids: [9, 3, 4] },
    { from: 4, ids: [9, 5] },
  ]);
  expect(tokenWindows([1, 2, 3], 2)).toEqual([{ from: 0, ids: [1, 2] }]);
});
