import type { Detection, TrueObject } from './detection.ts';
import { cocoOverlaps, type MatchOptions, matchDetections } from './match-detections.ts';
import { PrecisionTable } from './precision-table.ts';

/** What was seen in an image, and what is there. */
export interface DetectedImage {
  readonly detections: readonly Detection[];
  readonly truth: readonly TrueObject[];
}

/** Average precision, in [0, 1]; of a mean null where there is no object. */
export interface AveragePrecision {
  /** Mean over the classes of which there is an object, and over the overlaps. */
  readonly mean: number | null;
  /** By overlap, in their order. */
  readonly byOverlap: readonly (number | null)[];
  /** By class, over the overlaps. */
  readonly byClass: ReadonlyMap<number, number>;
}

/**
 * Mean average precision by the rules of COCO (Lin et al., 2014, arXiv:1405.0312): greedy matching by score, the best 100 detections of a class
 * in an image, precision at 101 levels of recall. By default at intersections over union of 0.5, 0.55, … 0.95: the first one of `byOverlap` is AP50.
 */
export function meanAveragePrecision(
  images: readonly DetectedImage[],
  options: MatchOptions = {},
): AveragePrecision {
  const { overlaps = cocoOverlaps } = options;
  const table = new PrecisionTable(
    images.map(({ detections, truth }) => matchDetections(detections, truth, options)),
  );
  const all = overlaps.map((_, i) => i);
  const average = (name: number) =>
    all.reduce((sum, i) => sum + (table.average(name, i) ?? 0), 0) / overlaps.length;
  return {
    mean: table.mean(all),
    byOverlap: all.map((i) => table.mean([i])),
    byClass: new Map(table.classes.map((name) => [name, average(name)])),
  };
}
