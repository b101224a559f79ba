import { type FloatTensor, rowsOf } from '../graph/float-tensor.ts';

/** Largest softmax of each row of logits [rows…, classes]; in (0, 1]. */
export function confidenceOfRows(logits: FloatTensor): number[] {
  return rowsOf(logits).map(confidence);
}

function confidence(logits: ArrayLike<number>): number {
  let largest = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < logits.length; i++) largest = Math.max(largest, logits[i]!);
  let sum = 0;
  for (let i = 0; i < logits.length; i++) sum += Math.exp(logits[i]! - largest);
  return 1 / sum;
}
