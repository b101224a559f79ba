import { expect, it } from 'vitest';
import { objectTarget } from '../../data/object-columns.ts';
import { cellGrids, countCells } from '../../detection/cell-grids.ts';
import { cells } from '../../detection/heads/cells.ts';
import { Graph } from '../../graph/graph.ts';
import { GraphBuilder } from '../../graph/graph-builder.ts';
import { Model } from '../../graph/model.ts';
import { evaluateModel } from '../../interpreter/evaluate-model.ts';
import { ndArray } from '../../interpreter/nd-array.ts';
import { lookUp } from '../../look-up.ts';
import { placeObjects } from './cell-targets.ts';

const [width, height, classes, strides] = [40, 24, 3, [8, 16]] as const;
const grids = cellGrids([height, width], strides);
const count = countCells(grids);

type Box = readonly [left: number, top: number, right: number, bottom: number];

function targetOf(objects: readonly (readonly [Box, number])[], moved: readonly [number, number] = [0, 0]) {
  const rows = objects.map(([[left, top, right, bottom], label]) => ({
    left: left / width,
    top: top / height,
    right: right / width,
    bottom: bottom / height,
    crowd: 0,
    ignored: 0,
    class: label,
    id: label,
    classes,
  }));
  const target = new Float32Array(count * (4 + classes));
  placeObjects(target, objectTarget(rows), { grids, classes, width, height }, moved);
  return Array.from({ length: count }, (_, k) => [
    ...target.subarray(k * (4 + classes), (k + 1) * (4 + classes)),
  ]);
}

/** Boxes in pixels as the head reads them from what cells tell. */
function decoded(rows: readonly (readonly number[])[]): number[][] {
  const graph = new Graph('told');
  graph.addInput({ name: 'x', dataType: 'float32', shape: ['batch', count, 4 + classes] });
  const outputs = [{ name: 'x', shape: [count, 4 + classes] }];
  const pictureSize = () => [width, height] as const;
  const made = cells.decode(new GraphBuilder(graph), ['x'], {
    options: { strides: [...strides] },
    outputs,
    pictureSize,
  });
  graph.addOutput({ name: made, dataType: 'float32', shape: undefined });
  const x = ndArray([1, count, 4 + classes], Float64Array.from(rows.flat()));
  const { data } = lookUp(evaluateModel(new Model(graph, 17), new Map([['x', x]])), made, 'output');
  const size = [width, height, width, height];
  return rows.map((_, k) => size.map((each, i) => Number(data[k * (4 + classes) + i]) * each));
}

it('cells in the middles of objects tell boxes that the head reads again, each object in the scale of its size', () => {
  const small: Box = [17, 1, 26, 15];
  const large: Box = [2, 1, 31, 23];
  const rows = targetOf([
    [small, 2],
    [large, 0],
  ]);
  const boxes = decoded(rows);
  const middles = rows.flatMap((row, k) => row.slice(4).flatMap((heat, c) => (heat === 1 ? [[k, c]] : [])));
  // 5 × 3 cells of 8 pixels, then 3 × 2 of 16: middles at (21.5, 8) and (16.5, 12).
  expect(middles).toEqual([
    [5 + 2, 2],
    [15 + 1, 0],
  ]);
  for (const [i, each] of [small, large].entries())
    for (const [side, at] of boxes[middles[i]![0]!]!.entries()) expect(at).toBeCloseTo(each[side]!, 4);
});

it('heat falls with the distance, and near cells tell the box, too', () => {
  const box: Box = [14, 5, 26, 13];
  const rows = targetOf([[box, 1]]);
  // Middle (20, 9) in strides of 8: (2.5, 1.125); cell (1, 2) has it, (0, 2) lies 0.625 from it.
  expect(rows[5 + 2]![5]).toBe(1);
  expect(rows[2]![5]).toBeCloseTo(0.999 * Math.exp(-(0.625 ** 2) / 0.5), 6);
  for (const [side, at] of decoded(rows)[2]!.entries()) expect(at).toBeCloseTo(box[side]!, 4);
  expect(rows[5 + 3]!.slice(0, 4)).toEqual([0, 0, 0, 0]);
});

it('objects follow the frames, are cut off where the picture ends, and are gone outside of it', () => {
  const objects = [
    [[2, 4, 12, 16], 0],
    [[28, 4, 38, 16], 1],
  ] as const;
  const rows = targetOf(objects, [14, -2]);
  const found = rows.flatMap((row, k) => (row.slice(4).includes(1) ? [k] : []));
  expect(found).toHaveLength(1);
  for (const [side, at] of decoded(rows)[found[0]!]!.entries())
    expect(at).toBeCloseTo([14, 6, 24, 18][side]!, 4);
});
