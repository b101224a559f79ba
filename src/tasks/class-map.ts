import type { FloatTensor } from '../graph/float-tensor.ts';
import { sizeOf } from '../graph/shape.ts';

/**
 * Which axis of an output for one image has the classes: the first one of [C, H, W], the last one of [L, C], and of [H, W, C] where H and
 * W are equal and C is not.
 */
export function classAxis(image: readonly number[]): number {
  if (image.length === 2) return 1;
  const [a, b, c] = image.slice(-3) as [number, number, number];
  const channelsLast = b !== c && a === b;
  return channelsLast ? image.length - 1 : image.length - 3;
}

/**
 * Best class at every position; of equal scores the lower class. Where there is one score a position, class 1 is where it is
 * above 0.
 *
 * @returns positions in the order of the axes beside the classes'
 */
export function classMap({ shape, data }: FloatTensor, axis: number): Int32Array {
  const classes = shape[axis]!;
  const inner = sizeOf(shape.slice(axis + 1));
  const outer = sizeOf(shape.slice(0, axis));
  const best = new Int32Array(outer * inner);
  for (let o = 0; o < outer; o++) {
    for (let i = 0; i < inner; i++) {
      const first = o * classes * inner + i;
      let [most, at] = [data[first]!, 0];
      for (let c = 1; c < classes; c++) {
        const score = data[first + c * inner]!;
        if (score > most) [most, at] = [score, c];
      }
      best[o * inner + i] = classes === 1 ? Number(most > 0) : at;
    }
  }
  return best;
}
