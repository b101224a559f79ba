import { Tokenizer } from '@huggingface/tokenizers';
import { FormatError, messageOf } from '../errors.ts';
import { cutPair } from './cut-pair.ts';
import type { TokenizerSettings } from './tokenizer-settings.ts';

/** A text as a network reads it. */
export interface TokenSequence {
  /** Numbers of the tokens, special ones included. */
  readonly ids: readonly number[];
  /** 0 for tokens of the first text, 1 for those of the second one. */
  readonly types: readonly number[];
  /** Tokens that were cut off. */
  readonly cut: number;
}

/** How texts become tokens. Plain data, which a model keeps. */
export interface TokenizerDefinition {
  /** What `tokenizer.json` says. */
  readonly tokenizer: unknown;
  readonly settings: TokenizerSettings;
}

/** Makes tokens of texts, and texts of tokens. */
export interface TextTokenizer {
  readonly settings: TokenizerSettings;
  /**
   * A text, or a pair of texts, with the special tokens that belong around it. What is longer than `most` tokens is cut off on the side that the
   * settings name, of a pair from the longer text.
   */
  encode(text: string, pair: string | undefined, most: number): TokenSequence;
  /** Tokens of a text without special ones around it. */
  tokens(text: string): number[];
  /** The text of tokens, without special ones. */
  decode(ids: readonly number[]): string;
}

/** What stands around one or two texts. */
interface Around {
  readonly tokens: string[];
  readonly token_type_ids?: number[];
  /** Left where nothing puts the two together. */
  readonly tokens_pair?: string[] | null | undefined;
}

/** What is used of the library, whose own declarations name no files that TypeScript finds. */
interface LibraryTokenizer {
  readonly model: { readonly unk_token_id?: number } | null;
  readonly post_processor: ((tokens: string[], pair: string[] | null, special: boolean) => Around) | null;
  tokenize(text: string): string[];
  token_to_id(token: string): number | undefined;
  decode(
    ids: number[],
    options: { skip_special_tokens: boolean; clean_up_tokenization_spaces: boolean },
  ): string;
}

/**
 * Makes a tokenizer from what a checkpoint says of it.
 *
 * @param where the folder or file it is from, for messages
 * @throws FormatError if it is of a kind that is not known
 */
export function makeTokenizer({ tokenizer, settings }: TokenizerDefinition, where: string): TextTokenizer {
  const library = open(tokenizer, settings, where);
  const idOf = (token: string) =>
    library.token_to_id(token) ?? library.model?.unk_token_id ?? settings.padding;
  const around = (tokens: string[], pair: string[] | undefined) => {
    const alone: Around = { tokens, tokens_pair: pair };
    const whole = library.post_processor?.(tokens, pair ?? null, true) ?? alone;
    return { types: whole.token_type_ids, tokens: [...whole.tokens, ...(whole.tokens_pair ?? [])] };
  };
  return {
    settings,
    encode(text, pair, most) {
      const both = [library.tokenize(text), ...(pair === undefined ? [] : [library.tokenize(pair)])];
      const special = around([], pair === undefined ? undefined : []).tokens.length;
      const [own = [], other] = cutPair(both, Math.max(0, most - special), settings.truncationSide);
      const whole = around(own, other);
      return {
        ids: whole.tokens.map(idOf),
        types: whole.types ?? new Array<number>(whole.tokens.length).fill(0),
        cut: both.reduce((sum, each) => sum + each.length, 0) - own.length - (other?.length ?? 0),
      };
    },
    tokens: (text) => library.tokenize(text).map(idOf),
    decode: (ids) =>
      ids.length === 0
        ? ''
        : library.decode([...ids], { skip_special_tokens: true, clean_up_tokenization_spaces: false }),
  };
}

function open(tokenizer: unknown, { options }: TokenizerSettings, where: string): LibraryTokenizer {
  const parts = {
    normalizer: null,
    pre_tokenizer: null,
    post_processor: null,
    decoder: null,
    added_tokens: [],
  };
  try {
    return new Tokenizer({ ...parts, ...(tokenizer as object) }, options) as LibraryTokenizer;
  } catch (cause) {
    throw new FormatError(
      {
        where,
        expected: 'a tokenizer.json of a kind that is known',
        got: messageOf(cause),
        remedy: 'Save the tokenizer anew, or give the inputs as arrays of tokens',
        means: ['tokenizer'],
      },
      { cause },
    );
  }
}
