import { bootstrap } from '../metrics/bootstrap.ts';
import { meanCosine, outputSums, outputSumsLength, relativeError } from '../metrics/output-error.ts';
import { defineTask } from './define-task.ts';

/**
 * Networks whose output is a point in a space, as encoders without a head give it. A judgement has the sums of {@link outputSums}
 * and the direction of the point, which a sample of about a thousand images keeps.
 *
 * `neighbours`: for how many of these images the nearest other image, by the cosine with the source network's points, is the
 * one that the source network itself finds.
 */
export const embedding = defineTask({
  name: 'embedding',
  summary: 'points in a space, [N, D] or more axes taken as one',
  recognises: () => false,
  fits: (image) => image.some((length) => length > 1),
  judge({ own, source }) {
    const norm = Math.sqrt(outputSums(own.data, own.data)[1]);
    const direction = Array.from(own.data, (value) => (norm > 0 ? Number((value / norm).toPrecision(7)) : 0));
    return [...outputSums(own.data, source.data), ...direction];
  },
  head: outputSumsLength,
  measure(images) {
    const gallery = images.filter(({ source }) => source.length > outputSumsLength);
    const points = gallery.map(({ source }) => direction(source));
    const same = new Map(
      gallery.map((image, i) => {
        const own = nearest(direction(image.own), i, points);
        return [image, own === undefined ? [] : [Number(own === nearest(points[i]!, i, points))]];
      }),
    );
    const rows = images.map((image) => [...image.own.slice(0, outputSumsLength), ...(same.get(image) ?? [])]);
    return bootstrap(rows, (drawn) => ({
      cosine: meanCosine(drawn),
      neighbours: meanOf(drawn.flatMap((row) => row.slice(outputSumsLength))),
      relativeError: relativeError(drawn),
    }));
  },
  figures: {
    cosine: {
      title: 'cosine',
      meaning: 'with the source network’s points, mean over images',
      against: 'source',
      main: true,
    },
    neighbours: {
      title: 'neighbours',
      meaning: 'images whose nearest other image is the one that the source network finds',
      against: 'source',
      percent: true,
      main: true,
    },
    relativeError: {
      title: 'rel. error',
      meaning: 'distance to the source network’s points, relative to their norm',
      against: 'source',
    },
  },
  quality: () => null,
  likeness: ({ cosine }) => cosine.value,
  names: { quality: 'cosine', likeness: 'cosine' },
});

function direction(judgement: readonly number[]): readonly number[] {
  return judgement.slice(outputSumsLength);
}

/** The point, but for the i-th, with the largest product; `undefined` where there is no other. */
function nearest(
  point: readonly number[],
  i: number,
  points: readonly (readonly number[])[],
): number | undefined {
  let [best, most]: [number | undefined, number] = [undefined, Number.NEGATIVE_INFINITY];
  for (const [k, other] of points.entries()) {
    if (k === i) continue;
    let product = 0;
    for (let d = 0; d < other.length; d++) product += other[d]! * point[d]!;
    if (product > most) [best, most] = [k, product];
  }
  return best;
}

function meanOf(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((a, b) => a + b, 0) / values.length;
}
