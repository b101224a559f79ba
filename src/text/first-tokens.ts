import type { TextTokenizer } from './text-tokenizer.ts';

/** Tokens that every text of a decoder begins with: the one that begins texts, where the tokenizer puts it there. */
export function firstTokens(tokenizer: TextTokenizer): readonly number[] {
  const { first } = tokenizer.settings;
  const [begin] = tokenizer.encode('', undefined, Number.MAX_SAFE_INTEGER).ids;
  return begin !== undefined && begin === first ? [first] : [];
}
