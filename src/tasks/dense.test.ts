import { expect, it } from 'vitest';
import { sizeOf } from '../graph/shape.ts';
import { Random } from '../random.ts';
import { classAxis } from './class-map.ts';
import { dense } from './dense.ts';

const classes = 5;
const random = new Random(3);

/** Scores [C, H, W] or [H, W, C] and labels, some of which do not count. */
function image(shape: readonly number[]) {
  const scores = Float32Array.from({ length: sizeOf(shape) }, () => random.normal());
  const labels = Float32Array.from({ length: 48 }, () =>
    random.chance(0.1) ? 255 : random.integer(classes - 1),
  );
  return { own: { shape, data: scores }, target: { shape: [8, 6], data: labels } };
}

it.each([
  { layout: 'channels first', shape: [classes, 8, 6], at: (c: number, p: number) => c * 48 + p },
  { layout: 'channels last', shape: [6, 6, classes], at: (c: number, p: number) => p * classes + c },
])('counts intersection over union as a plain loop does, $layout', ({ shape, at }) => {
  const positions = sizeOf(shape) / classes;
  const images = Array.from({ length: 6 }, () => image(shape)).map(({ own, target }) => ({
    own,
    target: {
      shape: shape.toSpliced(classAxis(shape), 1),
      data: target.data.slice(0, positions),
    },
  }));
  const [intersection, union] = [new Array(classes).fill(0), new Array(classes).fill(0)];
  let [right, labelled] = [0, 0];
  for (const { own, target } of images) {
    for (let p = 0; p < positions; p++) {
      const label = target.data[p]!;
      if (label === 255) continue;
      let best = 0;
      for (let c = 1; c < classes; c++) if (own.data[at(c, p)]! > own.data[at(best, p)]!) best = c;
      labelled++;
      right += Number(best === label);
      for (let c = 0; c < classes; c++) {
        intersection[c] += Number(best === c && label === c);
        union[c] += Number(best === c || label === c);
      }
    }
  }
  const expected = union.reduce((sum, all, c) => sum + intersection[c] / all / classes, 0);
  const judged = images.map(({ own, target }) => ({
    own: dense.judge({ own, source: own, target }),
    source: [],
  }));
  const { miou, accuracy, agreement } = dense.measure(judged);
  expect(miou.value).toBeCloseTo(expected, 14);
  expect(accuracy.value).toBeCloseTo(right / labelled, 14);
  expect(agreement.value).toBe(1);
});

it('takes one score a position for a mask that is where it is above 0', () => {
  const own = { shape: [1, 2, 2], data: Float32Array.of(-1, 2, 3, -4) };
  const target = { shape: [2, 2], data: Float32Array.of(0, 1, 0, 0) };
  const { miou } = dense.measure([{ own: dense.judge({ own, source: own, target }), source: [] }]);
  expect(miou.value).toBeCloseTo((2 / 3 + 1 / 2) / 2, 14);
});

it('refuses labels that are no classes, and those of another shape', () => {
  const own = { shape: [2, 1, 3], data: new Float32Array(6) };
  const judge = (shape: number[], ...data: number[]) =>
    dense.judge({ own, source: own, target: { shape, data: Float32Array.from(data) } });
  expect(() => judge([1, 3], 0, 1, 2)).toThrow(
    'labels of an image: expected classes from 0 to 1; 255 or a negative number where a position does not count, got 2. Give labels in the class order of the network',
  );
  expect(() => judge([4], 0, 1, 1, 0)).toThrow(
    'target of an image: expected the shape [1, 3], as the output has it, got [4]. Give targets that belong to this network, or another task or output',
  );
});
