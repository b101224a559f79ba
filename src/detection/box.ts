/** A rectangle by two of its corners: left, top, right, bottom, real coordinates of any one unit. A box from 0 to 10 is 10 wide. */
export type Box = readonly [left: number, top: number, right: number, bottom: number];

/** Area of a box; 0 where a corner lies on the wrong side of the other. */
export function boxArea([left, top, right, bottom]: Box): number {
  return Math.max(0, right - left) * Math.max(0, bottom - top);
}

/** Area that two boxes share. */
export function intersection(a: Box, b: Box): number {
  return boxArea([Math.max(a[0], b[0]), Math.max(a[1], b[1]), Math.min(a[2], b[2]), Math.min(a[3], b[3])]);
}

/** Intersection over union of two boxes, in [0, 1]; 0 where both are empty. */
export function intersectionOverUnion(a: Box, b: Box): number {
  const shared = intersection(a, b);
  return shared > 0 ? shared / (boxArea(a) + boxArea(b) - shared) : 0;
}
