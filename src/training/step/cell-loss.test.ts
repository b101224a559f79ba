import { expect, it } from 'vitest';
import { Graph } from '../../graph/graph.ts';
import { GraphBuilder } from '../../graph/graph-builder.ts';
import { Model } from '../../graph/model.ts';
import { evaluateModel } from '../../interpreter/evaluate-model.ts';
import { ndArray } from '../../interpreter/nd-array.ts';
import { lookUp } from '../../look-up.ts';
import { Random } from '../../random.ts';
import { hits, losses } from './losses.ts';

const [samples, intervals, cells, classes] = [2, 2, 5, 3] as const;
const columns = 4 + classes;

function appended(predictions: Float64Array, targets: Float64Array, kind: 'loss' | 'hits'): number[] {
  const graph = new Graph('loss');
  const shape = [samples, intervals, cells, columns];
  for (const name of ['p', 't']) graph.addInput({ name, dataType: 'float32', shape });
  const value = (kind === 'loss' ? losses : hits).boxes(new GraphBuilder(graph), 'p', 't');
  graph.addOutput({ name: value, dataType: 'float32', shape: undefined });
  const inputs = new Map([
    ['p', ndArray(shape, predictions)],
    ['t', ndArray(shape, targets)],
  ]);
  return Array.from(lookUp(evaluateModel(new Model(graph, 17), inputs), value, 'loss').data, Number);
}

function drawn(seed: number) {
  const random = new Random(seed);
  const rows = samples * intervals * cells;
  const predictions = Float64Array.from({ length: rows * columns }, () => random.uniform(-1, 2));
  const targets = new Float64Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    if (random.chance(0.5)) continue;
    const heat = random.chance(0.5) ? 1 : random.uniform(0, 0.9);
    targets[row * columns + 4 + random.integer(classes)] = heat;
    if (heat > 0.4) for (let i = 0; i < 4; i++) targets[row * columns + i] = random.uniform(0.1, 2);
  }
  return { predictions, targets, rows };
}

/** Intersection over union and its generalisation, of corners. */
function overlapOf(own: readonly number[], theirs: readonly number[]): [iou: number, giou: number] {
  const corners = ([l, t, r, b]: readonly number[]) => [-l!, -t!, r!, b!] as const;
  const [a, c] = [corners(own), corners(theirs)];
  const area = (left: number, top: number, right: number, bottom: number) =>
    Math.max(right - left, 0) * Math.max(bottom - top, 0);
  const common = area(Math.max(a[0], c[0]), Math.max(a[1], c[1]), Math.min(a[2], c[2]), Math.min(a[3], c[3]));
  const union = area(...a) + area(...c) - common;
  const hull = area(Math.min(a[0], c[0]), Math.min(a[1], c[1]), Math.max(a[2], c[2]), Math.max(a[3], c[3]));
  return [common / union, common / union - (hull - union) / hull];
}

it('is the focal loss of classes by heat, and one less the generalised overlap of boxes', () => {
  for (const seed of [1, 2, 3]) {
    const { predictions, targets, rows } = drawn(seed);
    let [focal, objects, apart, telling] = [0, 0, 0, 0];
    for (let row = 0; row < rows; row++) {
      const [own, theirs] = [predictions, targets].map((each) =>
        each.slice(row * columns, (row + 1) * columns),
      );
      for (let k = 4; k < columns; k++) {
        const p = 1 / (1 + Math.exp(-own![k]!));
        const heat = theirs![k]!;
        if (heat === 1) {
          objects++;
          focal -= 0.25 * (1 - p) ** 2 * Math.log(p);
        } else focal -= 0.75 * (1 - heat) ** 4 * p ** 2 * Math.log(1 - p);
      }
      if (theirs![0] === 0) continue;
      telling++;
      apart += 1 - overlapOf([...own!.slice(0, 4)], [...theirs!.slice(0, 4)])[1];
    }
    expect(Math.min(objects, telling)).toBeGreaterThan(1);
    const [loss] = appended(predictions, targets, 'loss');
    expect(loss).toBeCloseTo((2 * focal) / objects + apart / telling, 4);
  }
});

it('counts the share of objects whose middle tells class and box', () => {
  const { predictions, targets, rows } = drawn(6);
  for (let row = 0; row < rows; row++) {
    if (row % 2 === 0) continue;
    predictions.set(targets.subarray(row * columns, (row + 1) * columns), row * columns);
  }
  const found = Array.from({ length: samples }, () => [0, 0]);
  for (let row = 0; row < rows; row++) {
    const [own, theirs] = [predictions, targets].map((each) => [
      ...each.slice(row * columns, (row + 1) * columns),
    ]);
    const label = theirs!.indexOf(1, 4);
    if (label < 0) continue;
    const counts = found[Math.floor(row / (intervals * cells))]!;
    counts[1]! += 1;
    const right = own!.indexOf(Math.max(...own!.slice(4)), 4) === label;
    if (right && overlapOf(own!.slice(0, 4), theirs!.slice(0, 4))[0] > 0.5) counts[0]! += 1;
  }
  const shares = found.map(([right = 0, all = 0]) => right / all);
  expect(Math.min(...shares)).toBeLessThan(1);
  expect(Math.max(...shares)).toBeGreaterThan(0);
  for (const [i, share] of appended(predictions, targets, 'hits').entries())
    expect(share).toBeCloseTo(shares[i]!, 5);
});
