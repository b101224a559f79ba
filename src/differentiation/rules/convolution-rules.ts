import { GraphError } from '../../errors.ts';
import { describeNode, intAttribute, intsAttribute, type Node, stringAttribute } from '../../graph/node.ts';
import { sameShape } from '../../graph/shape.ts';
import { reshape, sumOver, swapLastAxes } from '../gradient-operators.ts';
import { defineGradientRules, type GradientContext } from '../gradient-rule.ts';

/** The fixed sizes of a two-dimensional convolution x [N, C, H, W] ∗ w [F, C/groups, kH, kW] → y [N, F, H', W']. */
interface Convolution {
  readonly x: readonly number[];
  readonly w: readonly number[];
  readonly y: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  /** Before, then after, for each axis. */
  readonly pads: readonly number[];
  readonly groups: number;
}

function readConvolution(context: GradientContext): Convolution {
  const { node } = context;
  const [x, w] = [context.shapeOf(context.input(0)), context.shapeOf(context.input(1))];
  if (x.length !== 4) refuse(node, 'a two-dimensional convolution', `input of rank ${x.length}`);
  const mode = stringAttribute(node, 'auto_pad', 'NOTSET');
  if (mode !== 'NOTSET' && mode !== 'VALID') refuse(node, 'pads in numbers', `auto_pad = ${mode}`);
  return {
    x,
    w,
    y: context.shapeOf(node.outputs[0]!),
    strides: intsAttribute(node, 'strides', [1, 1]),
    dilations: intsAttribute(node, 'dilations', [1, 1]),
    pads: intsAttribute(node, 'pads', [0, 0, 0, 0]),
    groups: intAttribute(node, 'group', 1),
  };
}

function refuse(node: Node, expected: string, got: string): never {
  const remedy = 'Write the convolution with two spatial axes and explicit pads';
  throw new GraphError({ where: `differentiate: ${describeNode(node)}`, expected, got, remedy });
}

function conv(context: GradientContext): (string | undefined)[] {
  const sizes = readConvolution(context);
  const { build, gradient } = context;
  return [
    context.wants(0) ? inputGradient(context, sizes) : undefined,
    context.wants(1) ? weightGradient(context, sizes) : undefined,
    context.wants(2) ? sumOver(build, gradient, [0, 2, 3], false) : undefined,
  ];
}

/** dX: the transposed convolution of dY with the same weights. */
function inputGradient(context: GradientContext, sizes: Convolution): string {
  const { w, strides, dilations, pads, groups } = sizes;
  const plain =
    groups === 1 &&
    [...strides, ...dilations].every((each) => each === 1) &&
    pads.every((length, i) => length < w[2 + (i % 2)]!);
  return plain ? flippedConvolution(context, sizes) : transposedConvolution(context, sizes);
}

/** At stride 1 it is a convolution with the kernels turned by 180° and their channels swapped, which runs faster. */
function flippedConvolution(context: GradientContext, { w, pads }: Convolution): string {
  const { build, gradient } = context;
  const swapped = build.op('Transpose', [context.input(1)], { perm: [1, 0, 2, 3] });
  const limits = [
    [-1, -1],
    [-1 - w[2]!, -1 - w[3]!],
    [2, 3],
    [-1, -1],
  ].map((values, i) => build.integers(['starts', 'ends', 'axes', 'steps'][i]!, values));
  const turned = w[2] === 1 && w[3] === 1 ? swapped : build.op('Slice', [swapped, ...limits]);
  const around = pads.map((length, i) => w[2 + (i % 2)]! - 1 - length);
  return build.op('Conv', [gradient, turned], { pads: around, kernel_shape: w.slice(2) });
}

function transposedConvolution(context: GradientContext, sizes: Convolution): string {
  const { build, gradient } = context;
  const { x, w, y, strides, dilations, pads, groups } = sizes;
  // Rows that the last window did not reach.
  const rest = [0, 1].map((axis) => {
    const reached =
      (y[axis + 2]! - 1) * strides[axis]! +
      (w[axis + 2]! - 1) * dilations[axis]! +
      1 -
      pads[axis]! -
      pads[axis + 2]!;
    return x[axis + 2]! - reached;
  });
  return build.op('ConvTranspose', [gradient, context.input(1)], {
    strides,
    dilations,
    pads,
    group: groups,
    output_padding: rest,
    kernel_shape: w.slice(2),
  });
}

/** dW, one product over all windows for each group. */
function weightGradient(context: GradientContext, sizes: Convolution): string {
  const { build, gradient } = context;
  const { x, w, y, groups } = sizes;
  const padded = padInput(context, sizes);
  if (groups === 1) return reshape(build, groupGradient(context, sizes, padded, gradient), w);
  const cut = (value: string, channels: number) =>
    build.ops(
      'Split',
      [value, build.integers('lengths', new Array(groups).fill(channels / groups))],
      groups,
      {
        axis: 1,
      },
    );
  const [inputs, gradients] = [cut(padded, x[1]!), cut(gradient, y[1]!)];
  const shape = [w[0]! / groups, ...w.slice(1)];
  const parts = inputs.map((part, i) =>
    reshape(build, groupGradient(context, sizes, part, gradients[i]!), shape),
  );
  return build.op('Concat', parts, { axis: 0 });
}

/** [N, F, H'W']·[N, H'W', C·kH·kW] for each image, summed over the images: [F, C·kH·kW]. */
function groupGradient(
  context: GradientContext,
  sizes: Convolution,
  input: string,
  gradient: string,
): string {
  const { build } = context;
  const { w, y, groups } = sizes;
  const windows = y[2]! * y[3]!;
  const features = y[1]! / groups;
  const rows = reshape(build, gradient, [y[0]!, features, windows]);
  const columns = reshape(build, windowColumns(context, sizes, input), [
    y[0]!,
    w[1]! * w[2]! * w[3]!,
    windows,
  ]);
  const products = build.op('MatMul', [rows, swapLastAxes(context, columns, 3)]);
  return sumOver(build, products, [0], false);
}

/** What each place of the kernel sees: [N, C, kH·kW, H', W']. */
function windowColumns(context: GradientContext, sizes: Convolution, input: string): string {
  const { build } = context;
  const { w, y, strides, dilations } = sizes;
  const [kernelHeight, kernelWidth] = [w[2]!, w[3]!];
  const shape = [y[0]!, w[1]!, 1, y[2]!, y[3]!];
  const taps: string[] = [];
  for (let row = 0; row < kernelHeight; row++) {
    for (let column = 0; column < kernelWidth; column++) {
      const start = [row * dilations[0]!, column * dilations[1]!];
      const end = start.map((first, axis) => first + (y[axis + 2]! - 1) * strides[axis]! + 1);
      const limits = [start, end, [2, 3], strides].map((values, i) =>
        build.integers(['starts', 'ends', 'axes', 'steps'][i]!, values),
      );
      taps.push(reshape(build, build.op('Slice', [input, ...limits]), shape));
    }
  }
  return taps.length === 1 ? taps[0]! : build.op('Concat', taps, { axis: 2 });
}

function padInput(context: GradientContext, { pads }: Convolution): string {
  if (sameShape(pads, [0, 0, 0, 0])) return context.input(0);
  const [top, left, bottom, right] = pads as [number, number, number, number];
  const around = context.build.integers('pads', [0, 0, top, left, 0, 0, bottom, right]);
  return context.build.op('Pad', [context.input(0), around]);
}

/** Rules of convolutions. */
export const convolutionRules = defineGradientRules({ Conv: conv });
