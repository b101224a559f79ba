import { countCells } from '../../detection/cell-grids.ts';
import type { FloatTensor } from '../../graph/float-tensor.ts';
import { type CellTargetSettings, placeObjects } from './cell-targets.ts';

/** What is told of a sample of frames: its class, or the objects at the end of each interval. */
export type Told =
  | { readonly label: number; readonly objects?: undefined }
  | { readonly objects: readonly FloatTensor[]; readonly label?: undefined };

/** How targets are made of what is told of a sample. */
export interface FrameTargets {
  /** Numbers of the target of a sample. */
  readonly size: number;
  /**
   * @param target zeros; filled in
   * @param smoothing share that is spread over all classes
   * @param moved pixels that the frames were moved left and up
   */
  place(target: Float32Array, told: Told, smoothing: number, moved: readonly [number, number]): void;
}

/** Targets [intervals, classes]: the class of the sample in each. */
export function classTargets(intervals: number, classes: number): FrameTargets {
  return {
    size: intervals * classes,
    place(target, { label = 0 }, smoothing) {
      target.fill(smoothing / classes);
      for (let interval = 0; interval < intervals; interval++) {
        target[interval * classes + label] = 1 - smoothing + smoothing / classes;
      }
    },
  };
}

/** Targets [intervals, K, 4 + classes]: what cells should tell of the objects at the end of each. */
export function boxTargets(intervals: number, settings: CellTargetSettings): FrameTargets {
  const size = countCells(settings.grids) * (4 + settings.classes);
  return {
    size: intervals * size,
    place(target, { objects = [] }, _smoothing, moved) {
      for (const [interval, each] of objects.entries()) {
        placeObjects(target.subarray(interval * size, (interval + 1) * size), each, settings, moved);
      }
    },
  };
}
