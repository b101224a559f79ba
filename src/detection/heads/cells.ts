import { z } from 'zod';
import { Tensor } from '../../graph/tensor.ts';
import { type CellGrid, cellGrids, countCells } from '../cell-grids.ts';
import { beside, columns, sharesOf } from './box-operators.ts';
import { defineDetectionHead } from './define-detection-head.ts';

/**
 * Cells without anchors (Tian, Shen, Chen, He: FCOS, ICCV 2019, arXiv:1904.01355): an output [N, K, 4 + C] for the K cells of all scales, finest
 * first and row by row. A cell tells how far left, top, right and bottom of the box lie from its middle, in its strides, and a
 * logit for each class. Differs from the paper: distances are linear, so that a middle may lie outside of its box, and there is no centre-ness.
 */
export const cells = defineDetectionHead({
  name: 'cells',
  summary:
    'one output [N, K, 4 + C], distances and logits of the cells of grids without anchors; needs strides',
  options: z.object({
    /** Pixels from cell to cell, of each scale. */
    strides: z.array(z.number().positive()).min(1),
  }),
  tellingOutputs: [],
  reads(outputs) {
    const found = outputs.find(({ shape }) => shape.length === 2 && shape[1]! > 4);
    return found && [found.name];
  },
  suppression: 0.5,
  made: ([output]) => output!.shape,
  decode(build, [value], { options: { strides }, outputs, pictureSize }) {
    const [width, height] = pictureSize();
    const grids = cellGrids([height, width], strides);
    const count = countCells(grids);
    const table = (hint: string, of: (grid: CellGrid, cell: number) => readonly number[]) => {
      const rows = grids.flatMap((grid) =>
        Array.from({ length: grid.height * grid.width }, (_, cell) => of(grid, cell)).flat(),
      );
      return build.constant(hint, Tensor.float32([count, rows.length / count], rows));
    };
    const sides = table('sides', ({ stride }) => [-stride, -stride, stride, stride]);
    const middles = table('middles', ({ stride, width: across }, cell) => {
      const [x, y] = [((cell % across) + 0.5) * stride, (Math.floor(cell / across) + 0.5) * stride];
      return [x, y, x, y];
    });
    const distances = build.op('Mul', [columns(build, value!, 0, 4), sides]);
    const boxes = sharesOf(build, build.op('Add', [middles, distances]), [width, height]);
    const inside = build.op('Clip', [boxes, build.scalar('first', 0), build.scalar('last', 1)]);
    const scores = build.op('Sigmoid', [columns(build, value!, 4, outputs[0]!.shape[1]!)]);
    return beside(build, inside, scores);
  },
});
