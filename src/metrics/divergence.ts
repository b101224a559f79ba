/** How far one set of logits is from another. */
export interface LogitComparison {
  /** Kullback–Leibler divergence of the classes' probabilities, in nats, summed over the rows. */
  readonly divergence: number;
  /** Rows with the same best class. */
  readonly agreeing: number;
}

/**
 * Compares logits row by row: Σ_c p_c·(ln p_c − ln q_c), p and q the softmax of the reference and of the other.
 *
 * @param reference float32 [rows, classes]
 * @param other the same, beginning at `offset`
 */
export function compareLogits(
  reference: Float32Array,
  other: Float32Array,
  offset: number,
  classes: number,
): LogitComparison {
  let divergence = 0;
  let agreeing = 0;
  for (let row = 0; row < reference.length; row += classes) {
    const p = reference.subarray(row, row + classes);
    const q = other.subarray(offset + row, offset + row + classes);
    divergence += rowDivergence(p, q);
    if (bestClass(p) === bestClass(q)) agreeing++;
  }
  return { divergence, agreeing };
}

function rowDivergence(p: Float32Array, q: Float32Array): number {
  const [normP, normQ] = [logSumExp(p), logSumExp(q)];
  let sum = 0;
  for (let i = 0; i < p.length; i++) {
    const logP = p[i]! - normP;
    sum += Math.exp(logP) * (logP - (q[i]! - normQ));
  }
  return sum;
}

function logSumExp(logits: Float32Array): number {
  const largest = logits.reduce((max, value) => Math.max(max, value), Number.NEGATIVE_INFINITY);
  return largest + Math.log(logits.reduce((sum, value) => sum + Math.exp(value - largest), 0));
}

/** Position of the largest logit, the first of equal ones. */
export function bestClass(logits: Float32Array): number {
  let best = 0;
  for (let i = 1; i < logits.length; i++) if (logits[i]! > logits[best]!) best = i;
  return best;
}
