import type { FloatTensor } from '../graph/float-tensor.ts';
import { boxArea } from './box.ts';
import type { Detection } from './detection.ts';
import { suppressOverlaps } from './suppress-overlaps.ts';

/** Scores below it are no detections: they would fill the hundred with noise. */
const leastScore = 0.001;
/** Detections of an image. */
const most = 100;
/** Score from which a detection is one that a user would be shown. */
export const shownScore = 0.3;

/**
 * The best detections of an image, at most 100 of a score of 0.001 or more, best first.
 *
 * @param boxes and scores [K, 4 + C] as a detection head decodes them
 * @param suppression overlap above which two boxes of a class are one object; `undefined`: all stay
 */
export function detectionsIn({ shape, data }: FloatTensor, suppression: number | undefined): Detection[] {
  const [boxes, columns] = shape as [number, number];
  const found: Detection[] = [];
  for (let i = 0; i < boxes; i++) {
    const at = (column: number) => data[i * columns + column]!;
    const box = [at(0), at(1), at(2), at(3)] as const;
    if (boxArea(box) === 0) continue;
    for (let column = 4; column < columns; column++) {
      const score = at(column);
      if (score >= leastScore) found.push({ box, score, class: column - 4 });
    }
  }
  const kept = suppressOverlaps(found, suppression ?? 1);
  return kept.slice(0, most).map((i) => found[i]!);
}
