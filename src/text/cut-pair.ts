import type { Side } from './tokenizer-settings.ts';

/**
 * Cuts one or two texts to so many tokens in all, one token after the other from whichever is longer, as the tokenizers library does.
 *
 * @param side where tokens are cut off
 */
export function cutPair<Token>(texts: readonly (readonly Token[])[], most: number, side: Side): Token[][] {
  const [own, other] = texts.map(({ length }) => length) as [number, number | undefined];
  const kept = other === undefined ? [Math.min(own, most)] : lengthsOf(own, other, most);
  return texts.map((tokens, i) => {
    const count = kept[i] ?? 0;
    return side === 'right' ? tokens.slice(0, count) : tokens.slice(tokens.length - count);
  });
}

function lengthsOf(own: number, other: number, most: number): [number, number] {
  if (own + other <= most) return [own, other];
  const shorter = Math.min(own, other, Math.floor(most / 2));
  return own > other ? [most - shorter, shorter] : [shorter, most - shorter];
}
