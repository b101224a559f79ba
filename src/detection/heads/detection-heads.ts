import { boxesAndScores } from './boxes-and-scores.ts';
import { cells } from './cells.ts';
import type { DetectionHead } from './define-detection-head.ts';
import { detr } from './detr.ts';
import { yolo } from './yolo.ts';
import { yoloGrid } from './yolo-grid.ts';

/** All heads that boxes can be read from, in the order in which those with names of their own are looked for. */
export const detectionHeads = [boxesAndScores, detr, yolo, yoloGrid, cells] as const;

/** The head of a name. */
export function detectionHeadNamed(name: string): DetectionHead | undefined {
  return detectionHeads.find((head) => head.name === name) as DetectionHead | undefined;
}
