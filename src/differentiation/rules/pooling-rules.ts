import { GraphError } from '../../errors.ts';
import { describeNode, intAttribute, intsAttribute, type Node, stringAttribute } from '../../graph/node.ts';
import { sizeOf } from '../../graph/shape.ts';
import { Tensor } from '../../graph/tensor.ts';
import { filled, reshape, times } from '../gradient-operators.ts';
import { defineGradientRules, type GradientContext } from '../gradient-rule.ts';

/** The windows of a two-dimensional pooling of x [N, C, H, W] → y [N, C, H', W']. */
interface Pooling {
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  /** Before, then after, for each axis. */
  readonly pads: readonly number[];
}

function readPooling(context: GradientContext): Pooling {
  const { node } = context;
  const x = context.shapeOf(context.input(0));
  if (x.length !== 4) refuse(node, 'a two-dimensional pooling', `input of rank ${x.length}`);
  const mode = stringAttribute(node, 'auto_pad', 'NOTSET');
  if (mode !== 'NOTSET' && mode !== 'VALID') refuse(node, 'pads in numbers', `auto_pad = ${mode}`);
  return {
    x,
    y: context.shapeOf(node.outputs[0]!),
    kernel: intsAttribute(node, 'kernel_shape'),
    strides: intsAttribute(node, 'strides', [1, 1]),
    dilations: intsAttribute(node, 'dilations', [1, 1]),
    pads: intsAttribute(node, 'pads', [0, 0, 0, 0]),
  };
}

function refuse(node: Node, expected: string, got: string): never {
  const remedy = 'Write the pooling with two spatial axes and explicit pads';
  throw new GraphError({ where: `differentiate: ${describeNode(node)}`, expected, got, remedy });
}

/** Each gradient goes to the place its maximum came from, which the forward node is made to tell. */
function maxPool(context: GradientContext): string[] {
  const { build, node, gradient } = context;
  const { x } = readPooling(context);
  if (intAttribute(node, 'storage_order', 0) !== 0) refuse(node, 'storage_order = 0', '1');
  if (!node.outputs[1]) {
    const places = build.graph.freshName(`${node.outputs[0]}.places`);
    build.graph.update(node, { outputs: [node.outputs[0]!, places] });
  }
  const flat = [-1];
  const inputs = [
    filled(build, [sizeOf(x)], 0),
    reshape(build, node.outputs[1]!, flat),
    reshape(build, gradient, flat),
  ];
  const scattered = build.op('ScatterElements', inputs, { axis: 0, reduction: 'add' });
  return [reshape(build, scattered, x)];
}

/** The gradient, divided by the number of elements of its window, spread over the window: a transposed convolution of each channel. */
function averagePool(context: GradientContext): string[] {
  const { build, node, gradient } = context;
  const sizes = readPooling(context);
  const { x, y, kernel, strides, dilations, pads } = sizes;
  const counts = windowCounts(sizes, intAttribute(node, 'count_include_pad', 0) === 1);
  const shares = build.constant(
    'shares',
    Tensor.float32(
      [1, 1, y[2]!, y[3]!],
      counts.map((count) => 1 / count),
    ),
  );
  const shared = build.op('Mul', [gradient, shares]);
  const channels = x[1]!;
  const ones = filled(build, [channels, 1, ...kernel], 1);
  const before = [pads[0]!, pads[1]!];
  // Where windows reach beyond the padded input (ceil_mode), what lies there is cut off as well.
  const after = [0, 1].map((axis) => {
    const reach = (y[axis + 2]! - 1) * strides[axis]! + (kernel[axis]! - 1) * dilations[axis]! + 1;
    return reach - before[axis]! - x[axis + 2]!;
  });
  return [
    build.op('ConvTranspose', [shared, ones], {
      strides,
      dilations,
      group: channels,
      kernel_shape: kernel,
      pads: [...before, ...after.map((length) => Math.max(length, 0))],
      output_padding: after.map((length) => Math.max(-length, 0)),
    }),
  ];
}

/** Number of elements that the mean of each window [H', W'] is over. */
function windowCounts({ x, y, kernel, strides, dilations, pads }: Pooling, includePads: boolean): number[] {
  const along = (axis: number) =>
    Array.from({ length: y[axis + 2]! }, (_, window) => {
      let count = 0;
      for (let tap = 0; tap < kernel[axis]!; tap++) {
        const place = window * strides[axis]! + tap * dilations[axis]! - pads[axis]!;
        const length = x[axis + 2]!;
        if (includePads ? place < length + pads[axis + 2]! : place >= 0 && place < length) count++;
      }
      return count;
    });
  const [rows, columns] = [along(0), along(1)];
  return rows.flatMap((row) => columns.map((column) => row * column));
}

function globalAveragePool(context: GradientContext): string[] {
  const { build, gradient } = context;
  const shape = context.shapeOf(context.input(0));
  const shared = times(build, gradient, 1 / sizeOf(shape.slice(2)));
  return [build.op('Expand', [shared, build.integers('shape', shape)])];
}

/** Rules of poolings. */
export const poolingRules = defineGradientRules({
  MaxPool: maxPool,
  AveragePool: averagePool,
  GlobalAveragePool: globalAveragePool,
});
