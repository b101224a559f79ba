import type { FloatTensor } from '../../graph/float-tensor.ts';
import type { Activity } from '../../results/activity.ts';

/** Largest absolute difference of two tensors of the same shape. */
export function largestDifference(a: FloatTensor, b: FloatTensor): number {
  return Array.from(a.data).reduce((max, value, i) => Math.max(max, Math.abs(value - b.data[i]!)), 0);
}

/** Smallest share of equal counts: 1 where all counts of two activities are the same. */
export function agreement(a: Activity, b: Activity): number {
  const [x, y] = [numbersIn(a), numbersIn(b)];
  if (x.length !== y.length) return 0;
  return Math.min(1, ...x.map((value, i) => 1 - Math.abs(value - y[i]!) / Math.max(1, value, y[i]!)));
}

function numbersIn({ spikes, products }: Activity): number[] {
  const keys = (record: object) => Object.keys(record).sort();
  return [
    ...keys(spikes).flatMap((name) => [...spikes[name]!]),
    ...keys(products).flatMap((name) => {
      const { both, left, right } = products[name]!;
      return [...both, ...left, ...right];
    }),
  ];
}
