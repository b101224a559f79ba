import { describe, expect, it } from 'vitest';
import type { FloatTensor } from '../../src/graph/float-tensor.ts';
import { sizeOf } from '../../src/graph/shape.ts';
import { Random } from '../../src/random.ts';
import { figureKeys } from '../../src/results/task-result.ts';
import type { Judged, Task } from '../../src/tasks/define-task.ts';
import { taskNamed, taskOfShape, tasks } from '../../src/tasks/tasks.ts';

const shapes = [[], [1], [1, 1], [7], [7, 1, 1], [5, 8, 6], [9, 4], [1, 6, 6], [8, 6, 6, 3], [30, 7]];
const images = 12;

function outputs(shape: readonly number[], seed: number, noise = 0): FloatTensor[] {
  return Array.from({ length: images }, (_, image) => {
    const [random, other] = [new Random(seed, image), new Random(seed, image, 1)];
    const data = Float32Array.from({ length: sizeOf(shape) }, () => random.normal() + noise * other.normal());
    return { shape, data };
  });
}

/** Decisions are whole numbers, and an error is another one. */
function decided({ shape, data }: FloatTensor): FloatTensor {
  return { shape, data: data.map(Math.round) };
}

/** Judgements of a network that differs from its source by noise, as a run record keeps them. */
function judged(task: Task, shape: readonly number[], noise: number): Judged[] {
  const [own, source] = [outputs(shape, 1, noise), outputs(shape, 1)].map((all) =>
    task.name === 'decision' ? all.map(decided) : all,
  ) as [FloatTensor[], FloatTensor[]];
  const all = own.map((each, i) => ({
    own: task.judge({ own: each, source: source[i]! }),
    source: task.judge({ own: source[i]!, source: source[i]! }),
  }));
  return JSON.parse(JSON.stringify(all));
}

describe.each(tasks.map(({ name }) => name))('the task %s', (name) => {
  const task = taskNamed(name);
  const fitting = shapes.filter((shape) => task.fits(shape) && sizeOf(shape) >= 1);

  it('can measure what it recognises, and says which figures stand for it', () => {
    for (const shape of shapes) if (task.recognises(shape)) expect(task.fits(shape)).toBe(true);
    expect(fitting.length).toBeGreaterThan(0);
    expect(Object.values(task.figures).some(({ against }) => against === 'source')).toBe(true);
  });

  it('gives the figures that results know', () => {
    const keys = Object.keys(task.measure(judged(task, fitting[0]!, 0.1))).sort();
    expect(keys).toEqual(Object.keys(task.figures).sort());
    if (name !== 'classification') expect(keys).toEqual([...figureKeys[name]].sort());
  });

  it('finds a network that answers as its source does wholly like it, and one that does not less so', () => {
    for (const shape of fitting) {
      expect(task.likeness(task.measure(judged(task, shape, 0)))).toBeCloseTo(1, 6);
      expect(task.likeness(task.measure(judged(task, shape, 2)))).toBeLessThan(0.99);
    }
  });

  it('gives the same figures whatever the order of the images', () => {
    for (const shape of fitting) {
      const all = judged(task, shape, 0.3);
      const [one, other] = [task.measure(all), task.measure(all.toReversed())];
      for (const key of Object.keys(one)) {
        const value = one[key]!.value;
        if (value === null) expect(other[key]!.value).toBeNull();
        else expect(other[key]!.value).toBeCloseTo(value, 10);
      }
    }
  });

  it('has intervals around its values', () => {
    for (const { value, interval } of Object.values(task.measure(judged(task, fitting[0]!, 0.3)))) {
      if (value === null || interval === null) continue;
      expect(interval[0]).toBeLessThanOrEqual(interval[1]);
      expect(interval[1]).toBeGreaterThanOrEqual(value - 0.1 * Math.abs(value));
    }
  });
});

it('tells tasks by the shape of the output for one image', () => {
  expect(Object.fromEntries(shapes.map((shape) => [JSON.stringify(shape), taskOfShape(shape)]))).toEqual({
    '[]': 'regression',
    '[1]': 'regression',
    '[1,1]': 'regression',
    '[7]': 'classification',
    '[7,1,1]': 'classification',
    '[5,8,6]': 'dense',
    '[9,4]': 'dense',
    '[1,6,6]': 'regression',
    '[8,6,6,3]': 'dense',
    '[30,7]': 'dense',
  });
  expect(taskOfShape([7], 'embedding')).toBe('embedding');
  expect(() => taskOfShape([5, 8, 6], 'classification')).toThrow(
    'task of the network: expected an output for classification: scores of classes, [N, classes] or [N, classes, 1, 1], got [N,5,8,6]. Choose another task (classification, regression, dense, embedding, decision, detection, next-token) or another output',
  );
});
