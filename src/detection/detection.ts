import type { Box } from './box.ts';

/** An object that a network says it sees. */
export interface Detection {
  readonly box: Box;
  /** How sure it is; any numbers that grow with that. */
  readonly score: number;
  readonly class: number;
}

/** An object that is there. */
export interface TrueObject {
  readonly box: Box;
  readonly class: number;
  /** A region with many objects of the class (`iscrowd`): any number of detections may lie in it, and none counts. Default false. */
  readonly crowd?: boolean;
  /** An object that need not be found, and does no harm where it is. Default false. */
  readonly ignored?: boolean;
  /** Its area, where an outline is known better than the box. Default: the box's. */
  readonly area?: number;
}
