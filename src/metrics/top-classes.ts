import type { FloatTensor } from '../graph/float-tensor.ts';

/** The k classes with the largest logits, best first; of equal logits the lower class number comes first. */
export function topClasses(logits: ArrayLike<number>, k: number): number[] {
  const order: number[] = [];
  for (let c = 0; c < logits.length; c++) {
    let position = order.length;
    while (position > 0 && logits[c]! > logits[order[position - 1]!]!) position--;
    if (position < k) order.splice(position, 0, c);
    if (order.length > k) order.pop();
  }
  return order;
}

/** The best k classes of every row of a tensor [rows…, classes]. */
export function topClassesOfRows({ shape, data }: FloatTensor, k: number): number[][] {
  const classes = shape.at(-1)!;
  const rows = data.length / classes;
  return Array.from({ length: rows }, (_, row) =>
    topClasses(data.subarray(row * classes, (row + 1) * classes), k),
  );
}
