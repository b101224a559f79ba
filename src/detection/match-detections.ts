import { boxArea, intersection, intersectionOverUnion } from './box.ts';
import type { Detection, TrueObject } from './detection.ts';

/** Overlaps at which COCO averages: 0.5, 0.55, … 0.95. */
export const cocoOverlaps: readonly number[] = Array.from({ length: 10 }, (_, i) => (50 + 5 * i) / 100);

/** Detections of a class in an image that are looked at: the best ones. */
const most = 100;

/** How detections are held against what is there. */
export interface MatchOptions {
  /** Intersections over union from which a detection is right. Default: {@link cocoOverlaps}. */
  readonly overlaps?: readonly number[];
  /** Areas of objects that count, both ends included. Default: all. */
  readonly areas?: readonly [least: number, most: number];
}

/** What became of a detection. */
export interface MatchedDetection {
  readonly class: number;
  readonly score: number;
  /** Bit i is set where it is right at the i-th overlap. */
  readonly right: number;
  /** Bit i is set where it counts as neither right nor wrong at the i-th overlap. */
  readonly ignored: number;
}

/** What was found in one image. */
export interface ImageMatches {
  /** The best 100 of each class, best first. */
  readonly detections: readonly MatchedDetection[];
  /** Objects that count, by class. */
  readonly objects: ReadonlyMap<number, number>;
}

/**
 * Holds the detections in an image against what is there by the rules of COCO (Lin et al., 2014, arXiv:1405.0312, as its
 * evaluation code has them). Class by class and overlap by overlap, detections take, best score first, the object that they
 * overlap most and that no better one took. Objects that are ignored, crowds, and those outside the wanted areas are taken only where
 * no other fits; a detection that takes one does not count, nor does one outside these areas that takes nothing. The overlap with a crowd is the
 * share of the detection that lies in it, and a crowd can be taken any number of times.
 */
export function matchDetections(
  detections: readonly Detection[],
  truth: readonly TrueObject[],
  options: MatchOptions = {},
): ImageMatches {
  const classes = new Set([...detections, ...truth].map((each) => each.class));
  const objects = new Map<number, number>();
  const matched = [...classes].flatMap((name) => {
    const own = detections
      .filter((each) => each.class === name)
      .sort((a, b) => b.score - a.score)
      .slice(0, most);
    const there = truth.filter((each) => each.class === name).map((each) => candidate(each, options));
    const counting = there.filter(({ counts }) => counts).length;
    if (counting > 0) objects.set(name, counting);
    return matchClass(own, there, options);
  });
  return { detections: matched.sort((a, b) => b.score - a.score), objects };
}

interface Candidate {
  readonly object: TrueObject;
  readonly counts: boolean;
}

function candidate(object: TrueObject, { areas }: MatchOptions): Candidate {
  const { crowd = false, ignored = false } = object;
  return { object, counts: !crowd && !ignored && within(object.area ?? boxArea(object.box), areas) };
}

function within(area: number, areas: MatchOptions['areas']): boolean {
  return !areas || (area >= areas[0] && area <= areas[1]);
}

function matchClass(
  detections: readonly Detection[],
  candidates: readonly Candidate[],
  { overlaps = cocoOverlaps, areas }: MatchOptions,
): MatchedDetection[] {
  // Objects that count come first: they are preferred to others, whatever these overlap.
  const there = [...candidates].sort((a, b) => Number(b.counts) - Number(a.counts));
  const shares = detections.map(({ box }) =>
    there.map(({ object }) =>
      object.crowd
        ? intersection(box, object.box) / (boxArea(box) || 1)
        : intersectionOverUnion(box, object.box),
    ),
  );
  const taken = overlaps.map(() => new Set<number>());
  return detections.map(({ box, score, class: name }, d) => {
    let [right, ignored] = [0, 0];
    for (const [i, overlap] of overlaps.entries()) {
      const found = bestOf(there, shares[d]!, overlap, taken[i]!);
      if (found !== undefined) taken[i]!.add(found);
      const counts = found === undefined ? within(boxArea(box), areas) : there[found]!.counts;
      if (!counts) ignored |= 1 << i;
      else if (found !== undefined) right |= 1 << i;
    }
    return { class: name, score, right, ignored };
  });
}

/** Which object a detection takes; of equal overlaps the last one. */
function bestOf(
  there: readonly Candidate[],
  shares: readonly number[],
  overlap: number,
  taken: ReadonlySet<number>,
): number | undefined {
  let [best, most]: [number | undefined, number] = [undefined, Math.min(overlap, 1 - 1e-10)];
  for (const [i, { object, counts }] of there.entries()) {
    if (taken.has(i) && !object.crowd) continue;
    if (!counts && best !== undefined && there[best]!.counts) break;
    if (shares[i]! >= most) [best, most] = [i, shares[i]!];
  }
  return best;
}
