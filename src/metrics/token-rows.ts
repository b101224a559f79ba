/** What one row of scores says beside another one of the same vocabulary. */
export interface TokenRow {
  /** Whether the best token is the same. */
  readonly agrees: boolean;
  /** Kullback–Leibler divergence Σ p·(ln p − ln q) in nats; p is the softmax of the reference, q that of the row. */
  readonly divergence: number;
  /** Best token; of equal scores the lower one. */
  readonly best: number;
  /** ln Σ exp of the row, so that −ln q(token) is this less the token's score. */
  readonly logSum: number;
}

/**
 * Compares two rows of scores in one pass over their exponentials: there are millions of them in a text.
 *
 * @param own scores, read from `from` on
 * @param reference the same of the source network
 */
export function compareTokenRows(
  own: ArrayLike<number>,
  reference: ArrayLike<number>,
  from: number,
  vocabulary: number,
): TokenRow {
  const end = from + vocabulary;
  let [mostOwn, best, mostReference, bestReference] = [own[from]!, from, reference[from]!, from];
  for (let i = from + 1; i < end; i++) {
    if (own[i]! > mostOwn) [mostOwn, best] = [own[i]!, i];
    if (reference[i]! > mostReference) [mostReference, bestReference] = [reference[i]!, i];
  }
  let [sumOwn, sumReference, weighted] = [0, 0, 0];
  for (let i = from; i < end; i++) {
    const [y, s] = [own[i]! - mostOwn, reference[i]! - mostReference];
    const share = Math.exp(s);
    sumOwn += Math.exp(y);
    sumReference += share;
    weighted += share * (s - y);
  }
  // ln p − ln q = (s − ln Σ exp s) − (y − ln Σ exp y), both relative to their largest scores.
  const divergence = weighted / sumReference - Math.log(sumReference) + Math.log(sumOwn);
  return {
    agrees: best === bestReference,
    divergence: Math.max(0, divergence),
    best: best - from,
    logSum: mostOwn + Math.log(sumOwn),
  };
}
