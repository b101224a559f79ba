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
