import { describe, expect, it } from 'vitest';
import { suppressionOf } from '../detection/add-detections.ts';
import { Graph } from '../graph/graph.ts';
import { GraphBuilder } from '../graph/graph-builder.ts';
import { Model } from '../graph/model.ts';
import { sizeOf } from '../graph/shape.ts';
import { Tensor } from '../graph/tensor.ts';
import { OrtSession } from '../sessions/ort-session.ts';
import { type DeclaredHead, withDetections } from './with-detections.ts';

/** A network of pictures 8 high and 16 wide whose outputs are these numbers, whatever it sees. */
function answering(outputs: Readonly<Record<string, { shape: readonly number[]; data: readonly number[] }>>) {
  const graph = new Graph('network');
  const build = new GraphBuilder(graph);
  graph.addInput({ name: 'x', dataType: 'float32', shape: ['batch', 3, 8, 16] });
  const nothing = build.op('Mul', [
    build.op('ReduceMean', ['x'], { axes: [1, 2, 3], keepdims: 0 }),
    build.scalar('zero', 0),
  ]);
  for (const [name, { shape, data }] of Object.entries(outputs)) {
    const zeros = build.op('Reshape', [nothing, build.integers('ones', [-1, ...shape.map(() => 1)])]);
    build.op('Add', [zeros, build.constant('answer', Tensor.float32([1, ...shape], data))], {}, { name });
    graph.addOutput({ name, dataType: 'float32', shape: ['batch', ...shape] });
  }
  return new Model(graph, 17);
}

async function detections(model: Model, declared?: DeclaredHead): Promise<number[][]> {
  const detecting = await withDetections(model, declared);
  const session = await OrtSession.create(detecting!);
  const input = { shape: [2, 3, 8, 16], data: new Float32Array(sizeOf([2, 3, 8, 16])) };
  const { shape, data } = (await session.run(input)).get('detections')!;
  await session.release();
  const columns = shape[2]!;
  const rows = Array.from({ length: data.length / columns }, (_, i) =>
    Array.from(data.subarray(i * columns, (i + 1) * columns), (value) => Number(value.toFixed(5))),
  );
  // Both pictures of the batch have the same boxes.
  expect(rows.slice(0, rows.length / 2)).toEqual(rows.slice(rows.length / 2));
  return rows.slice(0, rows.length / 2);
}

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
const round = (rows: number[][]) => rows.map((row) => row.map((value) => Number(value.toFixed(5))));

describe('withDetections reads', () => {
  it('boxes in pixels and scores, by their names', async () => {
    const model = answering({
      boxes: { shape: [2, 4], data: [0, 0, 16, 8, 4, 2, 8, 4] },
      scores: { shape: [2, 3], data: [0.1, 0.2, 0.3, 0.4, 0.5, 0.6] },
    });
    expect(await detections(model)).toEqual([
      [0, 0, 1, 1, 0.1, 0.2, 0.3],
      [0.25, 0.25, 0.5, 0.5, 0.4, 0.5, 0.6],
    ]);
    expect((await detections(model, { head: 'boxes-and-scores', unit: 'shares' }))[0]!.slice(0, 4)).toEqual([
      0, 0, 16, 8,
    ]);
    const detecting = await withDetections(model);
    expect(suppressionOf(detecting!)).toBe(0.5);
    expect(await withDetections(detecting!)).toBe(detecting);
  });

  it('logits and boxes of detection transformers, by their names, and suppresses none', async () => {
    const model = answering({
      logits: { shape: [1, 3], data: [Math.log(2), Math.log(5), Math.log(3)] },
      pred_boxes: { shape: [1, 4], data: [0.5, 0.5, 0.2, 0.4] },
    });
    expect(await detections(model)).toEqual([[0.4, 0.3, 0.6, 0.7, 0.2, 0.5]]);
    expect(suppressionOf((await withDetections(model))!)).toBeUndefined();
  });

  it('one output with centre, size and scores in columns', async () => {
    const model = answering({
      output0: { shape: [6, 2], data: [8, 4, 4, 2, 8, 2, 4, 2, 0.9, 0.1, 0.2, 0.8] },
    });
    expect(await detections(model, { head: 'yolo' })).toEqual([
      [0.25, 0.25, 0.75, 0.75, 0.9, 0.2],
      [3 / 16, 1 / 8, 5 / 16, 3 / 8, 0.1, 0.8],
    ]);
  });

  it('grids of anchors, scale by scale', async () => {
    // Two anchors of one class on a grid of 1 × 2 cells of 8 pixels, and one on a single cell of 16.
    const fine = Array.from({ length: 2 * 6 * 2 }, (_, i) => Math.sin(i));
    const coarse = [0.1, -0.2, 0.3, -0.4, 0.5, 0.6];
    const model = answering({
      fine: { shape: [12, 1, 2], data: fine },
      coarse: { shape: [6, 1, 1], data: coarse },
    });
    const grids = [
      {
        output: 'fine',
        stride: 8,
        anchors: [
          [4, 2],
          [2, 6],
        ],
      },
      { output: 'coarse', stride: 16, anchors: [[10, 5]] },
    ];
    const boxOf = (t: readonly number[], [w, h]: readonly number[], stride: number, column: number) => {
      const [x, y] = [(sigmoid(t[0]!) + column) * stride, sigmoid(t[1]!) * stride];
      const [dx, dy] = [(w! * Math.exp(t[2]!)) / 2, (h! * Math.exp(t[3]!)) / 2];
      const score = sigmoid(t[4]!) * sigmoid(t[5]!);
      return [(x - dx) / 16, (y - dy) / 8, (x + dx) / 16, (y + dy) / 8, score];
    };
    const at = (anchor: number, column: number) =>
      Array.from({ length: 6 }, (_, channel) => fine[(anchor * 6 + channel) * 2 + column]!);
    const expected = [0, 1].flatMap((anchor) =>
      [0, 1].map((column) => boxOf(at(anchor, column), grids[0]!.anchors[anchor]!, 8, column)),
    );
    expected.push(boxOf(coarse, [10, 5], 16, 0));
    expect(await detections(model, { head: 'yolo-grid', grids })).toEqual(round(expected));
  });
});

describe('withDetections refuses', () => {
  const model = answering({ y: { shape: [5], data: [1, 2, 3, 4, 5] } });

  it('nothing where no head is told: there are no boxes', async () => {
    expect(await withDetections(model)).toBeUndefined();
  });

  it('a head that it does not know', async () => {
    await expect(withDetections(model, { head: 'ssd' })).rejects.toThrow(
      "detection head: expected one of boxes-and-scores, detr, yolo, yolo-grid, cells, got 'ssd'. Choose one of these",
    );
  });

  it('outputs that the head does not read', async () => {
    await expect(withDetections(model, { head: 'yolo' })).rejects.toThrow(
      'detection head yolo: expected one output [N, 4 + C, K], centre, width and height in pixels and scores, as YOLOv8 and later are exported, got y [N,5]. Choose another head, or measure another output',
    );
  });

  it('a declaration that lacks something', async () => {
    await expect(withDetections(model, { head: 'yolo-grid', grids: [{ output: 'y' }] })).rejects.toThrow(
      /^detection head yolo-grid: not declared so\. Correct:\n {2}- grids\.0\.stride: .*\n {2}- grids\.0\.anchors: /,
    );
  });
});
