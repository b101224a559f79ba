import type { Events } from '../../formats/events/events.ts';
import type { FloatTensor } from '../../graph/float-tensor.ts';
import { type ObjectRow, objectTarget } from '../object-columns.ts';
import { boxOf, type PixelBox } from './glyph-object.ts';
import type { GlyphScene } from './glyph-scene.ts';

/** Events that an object has to have in its box to count: what does not move, no event camera sees. */
const fewestEvents = 10;
const microseconds = 1e6;

/**
 * Objects at the end of each of several equal parts of a scene, where they are then, cut at the borders of the sensor. An object counts where
 * its box has at least ten events in that part.
 *
 * @param classes number of classes of the data
 */
export function visibleObjects(
  scene: GlyphScene,
  events: Events,
  parts: number,
  classes: number,
): FloatTensor[] {
  const length = scene.duration / parts;
  return Array.from({ length: parts }, (_, part) => {
    const end = (part + 1) * length;
    const rows = scene.objects.flatMap((object) => {
      const box = cut(boxOf(object, object.pose(end)), scene);
      const count = countIn(events, box, part * length * microseconds, end * microseconds);
      return count < fewestEvents ? [] : [rowOf(box, object.label, classes, scene)];
    });
    return objectTarget(rows);
  });
}

function cut([left, top, right, bottom]: PixelBox, { width, height }: GlyphScene): PixelBox {
  return [Math.max(left, 0), Math.max(top, 0), Math.min(right, width), Math.min(bottom, height)];
}

function countIn(
  { t, x, y }: Events,
  [left, top, right, bottom]: PixelBox,
  from: number,
  to: number,
): number {
  let count = 0;
  for (let i = 0; i < t.length; i++) {
    if (t[i]! < from || t[i]! > to) continue;
    if (x[i]! + 0.5 >= left && x[i]! + 0.5 <= right && y[i]! + 0.5 >= top && y[i]! + 0.5 <= bottom) count++;
  }
  return count;
}

function rowOf(
  [left, top, right, bottom]: PixelBox,
  label: number,
  classes: number,
  { width, height }: GlyphScene,
): ObjectRow {
  return {
    left: left / width,
    top: top / height,
    right: right / width,
    bottom: bottom / height,
    crowd: 0,
    ignored: 0,
    class: label,
    id: label,
    classes,
  };
}
