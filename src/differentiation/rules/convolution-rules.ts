import { GraphError } from '../../errors.ts';
import type { GraphBuilder } from '../../graph/graph-builder.ts';
import { describeNode, intAttribute, intsAttribute, type Node, stringAttribute } from '../../graph/node.ts';
import { sameShape } from '../../graph/shape.ts';
import { reshape, sumOver, swapLastAxes } from '../gradient-operators.ts';
import { defineGradientRules, type GradientContext } from '../gradient-rule.ts';

/** The fixed sizes of a two-dimensional convolution x [N, C, H, W] ∗ w [F, C/groups, kH, kW] → y [N, F, H', W']. */
export interface Convolution {
  readonly x: readonly number[];
  readonly w: readonly number[];
  readonly y: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  /** Before, then after, for each axis. */
  readonly pads: readonly number[];
  readonly groups: number;
}

/** @throws GraphError for convolutions of other ranks or with pads that are not written out */
export function readConvolution(context: GradientContext): Convolution {
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
    context.wants(1) ? weightGradient(context, sizes, context.input(0), gradient) : undefined,
    context.wants(2) ? sumOver(build, gradient, [0, 2, 3], false) : undefined,
  ];
}

/** dX: the transposed convolution of dY with the same weights. */
function inputGradient(context: GradientContext, sizes: Convolution): string {
  const { build } = context;
  const { w, strides, dilations, pads, groups } = sizes;
  const plain =
    groups === 1 &&
    [...strides, ...dilations].every((each) => each === 1) &&
    pads.every((length, i) => length < w[2 + (i % 2)]!);
  return plain
    ? flippedConvolution(context, sizes)
    : transposedConvolution(build, sizes, context.gradient, context.input(1));
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

/** dX for any strides, dilations and groups. */
export function transposedConvolution(
  build: GraphBuilder,
  sizes: Convolution,
  gradient: string,
  weights: string,
): string {
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
  return build.op('ConvTranspose', [gradient, weights], {
    strides,
    dilations,
    pads,
    group: groups,
    output_padding: rest,
    kernel_shape: w.slice(2),
  });
}

/** Channels of a group from which on products of single taps are faster than one of all taps joined. */
const wideGroup = 8;

/** dW of each group, joined along the features. */
export function weightGradient(
  context: GradientContext,
  sizes: Convolution,
  input: string,
  gradient: string,
): string {
  const { build } = context;
  const { x, w, y, groups } = sizes;
  const padded = padInput(build, sizes, input);
  const groupGradient = w[1]! >= wideGroup ? tapProducts : windowProduct;
  if (groups === 1) return groupGradient(context, sizes, padded, gradient);
  const cut = (value: string, channels: number) => {
    const lengths = build.integers('lengths', new Array(groups).fill(channels / groups));
    return build.ops('Split', [value, lengths], groups, { axis: 1 });
  };
  const [inputs, gradients] = [cut(padded, x[1]!), cut(gradient, y[1]!)];
  const parts = inputs.map((part, i) => groupGradient(context, sizes, part, gradients[i]!));
  return build.op('Concat', parts, { axis: 0 });
}

/** One product for each tap of the kernel, over all places of all images: [F, N·H'W']·[N·H'W', C]. No window is stored. */
function tapProducts(context: GradientContext, sizes: Convolution, input: string, gradient: string): string {
  const { build } = context;
  const { w, y, groups } = sizes;
  const [features, places] = [w[0]! / groups, y[0]! * y[2]! * y[3]!];
  const channelsLast = build.op('Transpose', [input], { perm: [0, 2, 3, 1] });
  const byFeature = build.op('Transpose', [gradient], { perm: [1, 0, 2, 3] });
  const rows = reshape(build, byFeature, [features, places]);
  const products = taps(context, sizes, channelsLast, [1, 2]).map((tap) => {
    const product = build.op('MatMul', [rows, reshape(build, tap, [places, w[1]!])]);
    return reshape(build, product, [features, w[1]!, 1]);
  });
  const joined = products.length === 1 ? products[0]! : build.op('Concat', products, { axis: 2 });
  return reshape(build, joined, [features, ...w.slice(1)]);
}

/** [N, F, H'W']·[N, H'W', C·kH·kW] for each image, summed over the images. */
function windowProduct(
  context: GradientContext,
  sizes: Convolution,
  input: string,
  gradient: string,
): string {
  const { build } = context;
  const { w, y, groups } = sizes;
  const [features, windows] = [w[0]! / groups, y[2]! * y[3]!];
  const rows = reshape(build, gradient, [y[0]!, features, windows]);
  const seen = taps(context, sizes, input, [2, 3]).map((tap) =>
    reshape(build, tap, [y[0]!, w[1]!, 1, y[2]!, y[3]!]),
  );
  const joined = seen.length === 1 ? seen[0]! : build.op('Concat', seen, { axis: 2 });
  const columns = reshape(build, joined, [y[0]!, w[1]! * w[2]! * w[3]!, windows]);
  const products = build.op('MatMul', [rows, swapLastAxes(context, columns, 3)]);
  return reshape(build, sumOver(build, products, [0], false), [features, ...w.slice(1)]);
}

/** What each tap of the kernel sees of a padded input whose rows and columns are these axes. */
function taps(
  { build }: GradientContext,
  { w, y, strides, dilations }: Convolution,
  input: string,
  axes: readonly [number, number],
): string[] {
  const seen: string[] = [];
  for (let row = 0; row < w[2]!; row++) {
    for (let column = 0; column < w[3]!; column++) {
      const start = [row * dilations[0]!, column * dilations[1]!];
      const end = start.map((first, axis) => first + (y[axis + 2]! - 1) * strides[axis]! + 1);
      const limits = [start, end, axes, strides].map((values, i) =>
        build.integers(['starts', 'ends', 'axes', 'steps'][i]!, values),
      );
      seen.push(build.op('Slice', [input, ...limits]));
    }
  }
  return seen;
}

function padInput(build: GraphBuilder, { pads }: Convolution, input: string): string {
  if (sameShape(pads, [0, 0, 0, 0])) return input;
  const [top, left, bottom, right] = pads as [number, number, number, number];
  return build.op('Pad', [input, build.integers('pads', [0, 0, top, left, 0, 0, bottom, right])]);
}

/** Rules of convolutions. */
export const convolutionRules = defineGradientRules({ Conv: conv });
