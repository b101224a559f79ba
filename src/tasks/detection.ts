import { objectColumns } from '../data/object-columns.ts';
import { boxArea } from '../detection/box.ts';
import type { Detection, TrueObject } from '../detection/detection.ts';
import { type ImageMatches, matchDetections } from '../detection/match-detections.ts';
import { PrecisionTable } from '../detection/precision-table.ts';
import { suppressOverlaps } from '../detection/suppress-overlaps.ts';
import { DataError } from '../errors.ts';
import type { FloatTensor } from '../graph/float-tensor.ts';
import { bootstrap } from '../metrics/bootstrap.ts';
import { type Answer, defineTask } from './define-task.ts';

/** Scores below it are no detections: they would fill the hundred with noise. */
const leastScore = 0.001;
/** Detections of an image. */
const most = 100;
/** Score from which a detection is one that a user would be shown; of these the agreement with the source network is. */
const shownScore = 0.3;
const allOverlaps = Array.from({ length: 10 }, (_, i) => i);

/**
 * Networks that see objects: boxes and scores, [N, K, 4 + C], as a detection head decodes them. Boxes of one class that overlap are
 * suppressed, the best 100 stay. A judgement has the detections that are shown, those of the source network, and how many of both are of
 * one object (same class, intersection over union of 0.5); the classes that are there with the number of their objects; and of every detection
 * class, score, and at which overlaps it is right or does not count.
 */
export const detection = defineTask({
  name: 'detection',
  summary: 'boxes and scores of classes, [N, K, 4 + C], decoded by a detection head',
  recognises: () => false,
  fits: (image) => image.length === 2 && image[1]! > 4,
  judge({ own, source, target, suppression }: Answer) {
    const seen = detectionsIn(own, suppression);
    const shown = seen.filter(({ score }) => score >= shownScore);
    const theirs = detectionsIn(source, suppression).filter(({ score }) => score >= shownScore);
    const same = matchDetections(shown, theirs, { overlaps: [0.5] }).detections.filter(({ right }) => right);
    const agreement = [shown.length, theirs.length, same.length];
    if (!target) return [...agreement, 0];
    const { detections, objects } = matchDetections(seen, objectsIn(target, own.shape[1]! - 4));
    return [
      ...agreement,
      objects.size,
      ...[...objects].flat(),
      ...detections.flatMap(({ class: name, score, right, ignored }) => [
        name,
        Number(score.toPrecision(7)),
        right,
        ignored,
      ]),
    ];
  },
  measure(images) {
    const rows = images.map(({ own }) => own);
    const table = new PrecisionTable(rows.map(matchesOf));
    return bootstrap(
      rows.map((_, i) => [i]),
      (drawn) => {
        const times = new Int32Array(rows.length);
        for (const [image] of drawn) times[image!]!++;
        return {
          agreement: agreementOf(rows, times),
          map: table.mean(allOverlaps, times),
          ap50: table.mean([0], times),
          ap75: table.mean([5], times),
        };
      },
    );
  },
  figures: {
    agreement: {
      title: 'agreement',
      meaning: `detections with a score of ${shownScore} or more that the source network has, too, at an overlap of 0.5 (twice the common ones over all of both)`,
      against: 'source',
      percent: true,
      main: true,
    },
    map: {
      title: 'mAP',
      meaning: 'mean average precision at overlaps from 0.5 to 0.95 by the rules of COCO',
      against: 'target',
      percent: true,
      main: true,
    },
    ap50: {
      title: 'AP50',
      meaning: 'mean average precision at an overlap of 0.5',
      against: 'target',
      percent: true,
    },
    ap75: {
      title: 'AP75',
      meaning: 'mean average precision at an overlap of 0.75',
      against: 'target',
      percent: true,
    },
  },
  quality: ({ map }) => map.value,
  likeness: ({ agreement }) => agreement.value,
  names: { quality: 'mAP', likeness: 'agreement of detections' },
});

/** The best detections of an image. */
function detectionsIn({ shape, data }: FloatTensor, suppression: number | undefined): Detection[] {
  const [boxes, columns] = shape as [number, number];
  const found: Detection[] = [];
  for (let i = 0; i < boxes; i++) {
    const at = (column: number) => data[i * columns + column]!;
    const box = [at(0), at(1), at(2), at(3)] as const;
    if (boxArea(box) === 0) continue;
    for (let column = 4; column < columns; column++) {
      const score = at(column);
      if (score >= leastScore) found.push({ box, score, class: column - 4 });
    }
  }
  const kept = suppressOverlaps(found, suppression ?? 1);
  return kept.slice(0, most).map((i) => found[i]!);
}

/** What is there by a target [G, {@link objectColumns}]. */
function objectsIn({ shape, data }: FloatTensor, classes: number): TrueObject[] {
  const columns = objectColumns.length;
  if (shape.length !== 2 || shape[1] !== columns) {
    throw new DataError({
      where: 'target of an image',
      expected: `objects [number, ${columns}]: ${objectColumns.join(', ')}`,
      got: `[${shape.join(', ')}]`,
      remedy: 'Give boxes as a COCO file or an .npz file, or another task',
      means: ['labels', 'task'],
    });
  }
  return Array.from({ length: shape[0]! }, (_, i) => {
    const [left, top, right, bottom, crowd, ignored, position, id, known] = data.subarray(
      i * columns,
      (i + 1) * columns,
    ) as unknown as [number, number, number, number, number, number, number, number, number];
    // A network with another number of classes than the data has numbers its classes by the ids themselves.
    const name = known === classes ? position : id;
    return { box: [left, top, right, bottom], class: name, crowd: crowd > 0, ignored: ignored > 0 };
  });
}

function matchesOf(row: readonly number[]): ImageMatches {
  const classes = row[3]!;
  const objects = new Map(
    Array.from({ length: classes }, (_, i) => [row[4 + 2 * i]!, row[5 + 2 * i]!] as const),
  );
  const from = 4 + 2 * classes;
  const detections = Array.from({ length: (row.length - from) / 4 }, (_, i) => {
    const [name, score, right, ignored] = row.slice(from + 4 * i, from + 4 * i + 4);
    return { class: name!, score: score!, right: right!, ignored: ignored! };
  });
  return { detections, objects };
}

/** 2·common / (own + theirs), over all images; null where neither sees anything. */
function agreementOf(rows: readonly (readonly number[])[], times: ArrayLike<number>): number | null {
  let [all, common] = [0, 0];
  for (const [image, [own, theirs, same]] of rows.entries()) {
    all += times[image]! * (own! + theirs!);
    common += times[image]! * 2 * same!;
  }
  return all > 0 ? common / all : null;
}
