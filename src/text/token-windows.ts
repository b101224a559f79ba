/** A stretch of a text. */
export interface TokenWindow {
  /** Position of its first token in the text. */
  readonly from: number;
  readonly ids: readonly number[];
}

/**
 * Cuts the tokens of a text into windows, one after the other, of which the last one may be shorter. A window of a single token is left out: there is
 * nothing in it to be said from what comes before.
 *
 * @param length tokens of a window, the prefix included
 * @param prefix tokens that every window begins with
 */
export function tokenWindows(
  tokens: readonly number[],
  length: number,
  prefix: readonly number[] = [],
): TokenWindow[] {
  const step = Math.max(1, length - prefix.length);
  const starts = Array.from({ length: Math.ceil(tokens.length / step) }, (_, i) => i * step);
  return starts
    .map((from) => ({ from, ids: [...prefix, ...tokens.slice(from, from + step)] }))
    .filter(({ ids }) => ids.length > 1);
}
