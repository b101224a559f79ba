import { intersectionOverUnion } from './box.ts';
import type { Detection } from './detection.ts';

/**
 * Greedy non-maximum suppression: from the best score on, a detection is kept unless one of its class that is kept already
 * overlaps it by more than the threshold.
 *
 * @param overlap intersection over union, in [0, 1], above which two boxes of a class are one object
 * @returns indices of what is kept, best first; of equal scores the earlier one
 */
export function suppressOverlaps(detections: readonly Detection[], overlap: number): number[] {
  const kept = new Map<number, Detection[]>();
  const order = detections.map((_, i) => i).sort((a, b) => detections[b]!.score - detections[a]!.score);
  return order.filter((i) => {
    const each = detections[i]!;
    const others = kept.get(each.class) ?? [];
    if (others.some(({ box }) => intersectionOverUnion(box, each.box) > overlap)) return false;
    kept.set(each.class, [...others, each]);
    return true;
  });
}
