import { z } from 'zod';
import type { GraphBuilder } from '../../graph/graph-builder.ts';
import { Tensor } from '../../graph/tensor.ts';
import { beside, columns, cornersOf, sharesOf } from './box-operators.ts';
import { defineDetectionHead, type ImageOutput } from './define-detection-head.ts';

const grid = z.object({
  /** Name of the output [N, A·(5 + C), H, W]. */
  output: z.string(),
  /** Pixels from one cell to the next. */
  stride: z.number().positive(),
  /** Width and height of each of the A anchors, in pixels. */
  anchors: z.array(z.tuple([z.number().positive(), z.number().positive()])).min(1),
});

/**
 * Grids of anchors (Redmon and Farhadi, 2018, arXiv:1804.02767): an output [N, A·(5 + C), H, W] a scale, for each anchor t_x, t_y, t_w, t_h,
 * objectness and classes. The centre is (σ(t_x) + column, σ(t_y) + row)·stride, the size the anchor's times e^t_w and e^t_h, and a
 * score is σ(objectness)·σ(class).
 */
export const yoloGrid = defineDetectionHead({
  name: 'yolo-grid',
  summary:
    'outputs [N, A·(5 + C), H, W] with grids of anchors, as YOLOv3; needs grids: output, stride and anchors of each',
  options: z.object({ grids: z.array(grid).min(1) }),
  tellingOutputs: [],
  reads(outputs, { grids }) {
    const read = grids.map(({ output, anchors }) =>
      outputs.find(({ name, shape }) => name === output && shape.length === 3 && fits(shape[0]!, anchors)),
    );
    return read.every((each) => each !== undefined) ? read.map(({ name }) => name) : undefined;
  },
  suppression: 0.5,
  decode(build, values, { options: { grids }, outputs, pictureSize }) {
    const scales = grids.map((each, i) => decodeGrid(build.scoped(`${i}.`), values[i]!, outputs[i]!, each));
    const boxes =
      scales.length === 1
        ? scales[0]!.boxes
        : joined(
            build,
            scales.map((each) => each.boxes),
          );
    const scores =
      scales.length === 1
        ? scales[0]!.scores
        : joined(
            build,
            scales.map((each) => each.scores),
          );
    return beside(build, sharesOf(build, cornersOf(build, boxes), pictureSize()), scores);
  },
});

function fits(channels: number, anchors: readonly unknown[]): boolean {
  const each = channels / anchors.length;
  return Number.isInteger(each) && each > 5;
}

function joined(build: GraphBuilder, values: readonly string[]): string {
  return build.op('Concat', values, { axis: 1 });
}

/** @returns values [N, A·H·W, 4], centre and size in pixels, and [N, A·H·W, C] */
function decodeGrid(
  build: GraphBuilder,
  value: string,
  { shape }: ImageOutput,
  { stride, anchors }: z.infer<typeof grid>,
): { boxes: string; scores: string } {
  const [channels, height, width] = shape as [number, number, number];
  const [count, cells] = [anchors.length, height * width];
  const each = channels / count;
  const split = build.op('Reshape', [value, build.integers('anchors', [-1, count, each, cells])]);
  const last = build.op('Transpose', [split], { perm: [0, 1, 3, 2] });
  const rows = build.op('Reshape', [last, build.integers('rows', [-1, count * cells, each])]);
  const table = (hint: string, of: (anchor: number, cell: number) => readonly number[]) => {
    const numbers = anchors.flatMap((_, a) => Array.from({ length: cells }, (_, i) => of(a, i)).flat());
    return build.constant(hint, Tensor.float32([count * cells, 2], numbers));
  };
  const places = table('places', (_, cell) => [cell % width, Math.floor(cell / width)]);
  const sizes = table('sizes', (anchor) => anchors[anchor]!);
  const offset = build.op('Sigmoid', [columns(build, rows, 0, 2)]);
  const centre = build.op('Mul', [build.op('Add', [offset, places]), build.scalar('stride', stride)]);
  const size = build.op('Mul', [build.op('Exp', [columns(build, rows, 2, 4)]), sizes]);
  const object = build.op('Sigmoid', [columns(build, rows, 4, 5)]);
  const classes = build.op('Sigmoid', [columns(build, rows, 5, each)]);
  return { boxes: beside(build, centre, size), scores: build.op('Mul', [object, classes]) };
}
