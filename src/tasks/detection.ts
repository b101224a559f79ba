import { detectionsIn, shownScore } from '../detection/detections-in.ts';
import { type ImageMatches, matchDetections } from '../detection/match-detections.ts';
import { objectsIn } from '../detection/objects-in.ts';
import { PrecisionTable } from '../detection/precision-table.ts';
import { bootstrap } from '../metrics/bootstrap.ts';
import { type Answer, defineTask } from './define-task.ts';

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
