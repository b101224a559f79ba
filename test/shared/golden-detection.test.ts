import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Detection, TrueObject } from '../../src/detection/detection.ts';
import { meanAveragePrecision } from '../../src/detection/mean-average-precision.ts';
import { suppressOverlaps } from '../../src/detection/suppress-overlaps.ts';
import { hasShared, shared } from './shared-folder.ts';

const file = shared('golden', 'detection-map', 'cases.json');

interface Case {
  readonly ground_truth: TrueObject[][];
  readonly detections: Detection[][];
  readonly ap50: Record<string, number>;
  readonly ap50_95: Record<string, number>;
  readonly map50: number;
  readonly map50_95: number;
}

const read = () => JSON.parse(readFileSync(file, 'utf8'));

describe.skipIf(!hasShared('golden', 'detection-map'))(
  'detection against an independent implementation',
  () => {
    it.each(['by_hand', 'iou_steps', 'absent_classes', 'random'])('has its average precision: %s', (name) => {
      const { ground_truth: truth, detections, ...golden } = read()[name] as Case;
      const images = truth.map((objects, i) => ({ truth: objects, detections: detections[i]! }));
      const { mean, byOverlap, byClass } = meanAveragePrecision(images);
      expect(mean).toBeCloseTo(golden.map50_95, 12);
      expect(byOverlap[0]).toBeCloseTo(golden.map50, 12);
      const at50 = meanAveragePrecision(images, { overlaps: [0.5] }).byClass;
      expect([...byClass.keys()].map(String)).toEqual(Object.keys(golden.ap50_95));
      for (const [each, value] of Object.entries(golden.ap50_95)) {
        expect(byClass.get(Number(each))).toBeCloseTo(value, 12);
        expect(at50.get(Number(each))).toBeCloseTo(golden.ap50[each]!, 12);
      }
    });

    it('keeps the same boxes', () => {
      const { detections, threshold, kept_in_order: kept } = read().nms;
      expect(suppressOverlaps(detections, threshold)).toEqual(kept);
    });
  },
);
