import { DataError } from '../errors.ts';
import type { FloatTensor } from '../graph/float-tensor.ts';
import { bootstrap } from '../metrics/bootstrap.ts';
import { meanCosine, outputSums, outputSumsLength, relativeError } from '../metrics/output-error.ts';
import { classAxis, classMap } from './class-map.ts';
import { defineTask } from './define-task.ts';
import { requireTargetShape } from './require-target-shape.ts';

/** A position with this label counts nowhere, as in Pascal VOC and Cityscapes; neither does one with a negative label. */
const ignored = 255;

/** Numbers of a judgement before its classes: sums of the output, positions, agreeing, labelled, right. */
const head = outputSumsLength + 4;

/**
 * Networks that give scores of classes at every position, as segmentation and tagging do. A judgement has the sums of
 * {@link outputSums}, the positions, those that agree with the source network, those that are labelled, those that are right, and for
 * every class that occurs in the labels or the answer: class, intersection, union.
 *
 * Mean intersection over union is Σ intersection / Σ union over all images, class by class, and then the mean over the classes that
 * occur (as Everingham et al. 2015 count it).
 */
export const dense = defineTask({
  name: 'dense',
  summary: 'scores of classes at every position, [N, C, H, W] or [N, L, C]',
  recognises: (image) => image.length >= 2 && longAxes(image) >= 2,
  fits: (image) => image.length >= 2 && longAxes(image) >= 1,
  judge({ own, source, target }) {
    const axis = classAxis(own.shape);
    const classes = classMap(own, axis);
    const theirs = classMap(source, axis);
    const agreeing = classes.reduce((sum, each, i) => sum + Number(each === theirs[i]), 0);
    const common = [...outputSums(own.data, source.data), classes.length, agreeing];
    if (!target) return [...common, 0, 0];
    const { labelled, right, overlaps } = overlap(classes, labelsOf(target, own.shape, axis));
    return [...common, labelled, right, ...[...overlaps].flatMap(([name, both]) => [name, ...both])];
  },
  measure: (images) =>
    bootstrap(
      images.map(({ own }) => own),
      (rows) => ({
        agreement: share(rows, outputSumsLength + 1, outputSumsLength),
        relativeError: relativeError(rows),
        cosine: meanCosine(rows),
        accuracy: share(rows, outputSumsLength + 3, outputSumsLength + 2),
        miou: meanOverlap(rows),
      }),
    ),
  figures: {
    agreement: {
      title: 'agreement',
      meaning: 'positions with the source network’s best class',
      against: 'source',
      percent: true,
      main: true,
    },
    relativeError: {
      title: 'rel. error',
      meaning: 'distance to the source network’s scores, relative to their norm',
      against: 'source',
    },
    cosine: {
      title: 'cosine',
      meaning: 'with the source network’s scores, mean over images',
      against: 'source',
    },
    accuracy: {
      title: 'accuracy',
      meaning: 'labelled positions whose best class is the label',
      against: 'target',
      percent: true,
    },
    miou: {
      title: 'mIoU',
      meaning: 'intersection over union, mean over the classes',
      against: 'target',
      percent: true,
      main: true,
    },
  },
  quality: ({ miou }) => miou.value,
  likeness: ({ agreement }) => agreement.value,
  names: { quality: 'mIoU', likeness: 'agreement by position' },
});

function longAxes(image: readonly number[]): number {
  return image.filter((length) => length !== 1).length;
}

/** Labels of positions; -1 where one does not count. @throws DataError if one is no class */
function labelsOf(target: FloatTensor, image: readonly number[], axis: number): Int32Array {
  const classes = Math.max(2, image[axis]!);
  const labels = requireTargetShape(target, image.toSpliced(axis, 1));
  return Int32Array.from(labels, (label) => {
    if (label < 0 || (label === ignored && label >= classes)) return -1;
    if (Number.isInteger(label) && label < classes) return label;
    throw new DataError({
      where: 'labels of an image',
      expected: `classes from 0 to ${classes - 1}; ${ignored} or a negative number where a position does not count`,
      got: String(label),
      remedy: 'Give labels in the class order of the network',
      means: ['labels'],
    });
  });
}

function overlap(classes: Int32Array, labels: Int32Array) {
  const overlaps = new Map<number, [intersection: number, union: number]>();
  const of = (name: number) => {
    const both = overlaps.get(name) ?? ([0, 0] as [number, number]);
    overlaps.set(name, both);
    return both;
  };
  let [labelled, right] = [0, 0];
  for (const [i, label] of labels.entries()) {
    if (label < 0) continue;
    labelled++;
    of(label)[1]++;
    if (classes[i] === label) {
      right++;
      of(label)[0]++;
    } else of(classes[i]!)[1]++;
  }
  return { labelled, right, overlaps };
}

type Rows = readonly (readonly number[])[];

function share(rows: Rows, part: number, whole: number): number | null {
  let [some, all] = [0, 0];
  for (const row of rows) {
    some += row[part]!;
    all += row[whole]!;
  }
  return all > 0 ? some / all : null;
}

function meanOverlap(rows: Rows): number | null {
  const intersections: number[] = [];
  const unions: number[] = [];
  for (const row of rows) {
    for (let i = head; i < row.length; i += 3) {
      const name = row[i]!;
      intersections[name] = (intersections[name] ?? 0) + row[i + 1]!;
      unions[name] = (unions[name] ?? 0) + row[i + 2]!;
    }
  }
  let [sum, count] = [0, 0];
  unions.forEach((union, name) => {
    sum += intersections[name]! / union;
    count++;
  });
  return count > 0 ? sum / count : null;
}
