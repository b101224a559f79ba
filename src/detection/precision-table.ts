import type { ImageMatches } from './match-detections.ts';

/** Levels of recall at which precision is read: 0, 0.01, … 1. */
const levels = Array.from({ length: 101 }, (_, i) => i * 0.01);

/** Detections of a class in all images, best first. */
interface ClassTable {
  readonly image: Int32Array;
  readonly right: Int32Array;
  readonly ignored: Int32Array;
  /** Objects that count, by image. */
  readonly objects: readonly (readonly [image: number, count: number])[];
}

/**
 * Average precision over images by the rules of COCO: precision at 101 levels of recall, from the envelope of the curve, averaged;
 * then over the classes of which there is an object.
 */
export class PrecisionTable {
  readonly #classes = new Map<number, ClassTable>();

  /** @param images of which the detections were matched, all at the same overlaps */
  constructor(images: readonly ImageMatches[]) {
    const names = new Set(images.flatMap(({ objects }) => [...objects.keys()]));
    for (const name of names) {
      const own = images
        .flatMap(({ detections }, image) =>
          detections.filter((each) => each.class === name).map((each) => ({ ...each, image })),
        )
        .sort((a, b) => b.score - a.score);
      this.#classes.set(name, {
        image: Int32Array.from(own, ({ image }) => image),
        right: Int32Array.from(own, ({ right }) => right),
        ignored: Int32Array.from(own, ({ ignored }) => ignored),
        objects: images.flatMap(({ objects }, image) => {
          const count = objects.get(name);
          return count ? [[image, count] as const] : [];
        }),
      });
    }
  }

  /** Classes of which there is an object. */
  get classes(): number[] {
    return [...this.#classes.keys()].sort((a, b) => a - b);
  }

  /**
   * Average precision of a class at one overlap, in [0, 1].
   *
   * @param overlap index of the overlap
   * @param times how often each image counts. Default: once
   * @returns null where there is no object of the class
   */
  average(name: number, overlap: number, times?: ArrayLike<number>): number | null {
    const table = this.#classes.get(name);
    const total = table?.objects.reduce((sum, [image, count]) => sum + count * (times?.[image] ?? 1), 0) ?? 0;
    return table && total > 0 ? interpolated(table, 1 << overlap, total, times) : null;
  }

  /** Mean of {@link average} over classes and overlaps; null where there is no object. */
  mean(overlaps: readonly number[], times?: ArrayLike<number>): number | null {
    let [sum, count] = [0, 0];
    for (const name of this.#classes.keys()) {
      for (const overlap of overlaps) {
        const average = this.average(name, overlap, times);
        if (average === null) continue;
        sum += average;
        count++;
      }
    }
    return count > 0 ? sum / count : null;
  }
}

/** An image that counts twice has the points of the curve that two images would have, but for those that its envelope covers. */
function interpolated(
  { image, right, ignored }: ClassTable,
  bit: number,
  total: number,
  times: ArrayLike<number> | undefined,
): number {
  const [recalls, precisions]: [number[], number[]] = [[], []];
  let [hits, seen] = [0, 0];
  for (let i = 0; i < image.length; i++) {
    const often = times?.[image[i]!] ?? 1;
    if (often === 0 || ignored[i]! & bit) continue;
    seen += often;
    if (!(right[i]! & bit)) continue;
    hits += often;
    recalls.push(hits / total);
    precisions.push(hits / seen);
  }
  let [sum, at, best] = [0, recalls.length - 1, 0];
  for (let level = levels.length - 1; level >= 0; level--) {
    while (at >= 0 && recalls[at]! >= levels[level]!) {
      best = Math.max(best, precisions[at]!);
      at--;
    }
    sum += best;
  }
  return sum / levels.length;
}
