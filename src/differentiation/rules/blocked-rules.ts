import {
  blockedConvolution,
  blockKernels,
  fromBlocks,
  toBlocks,
  unblockKernels,
} from '../../graph/blocked-layout.ts';
import type { GraphBuilder } from '../../graph/graph-builder.ts';
import { mustExist } from '../../look-up.ts';
import { reshape, sumOver } from '../gradient-operators.ts';
import { defineGradientRules, type GradientContext } from '../gradient-rule.ts';
import {
  type Convolution,
  readConvolution,
  transposedConvolution,
  weightGradient,
} from './convolution-rules.ts';

/** A blocked convolution: x [N, C, H, W] ∗ w [F, C, kH, kW] → y [N, F, H', W'], with B channels a block. */
interface BlockedConvolution extends Convolution {
  readonly block: number;
}

function conv(context: GradientContext): (string | undefined)[] {
  const block = mustExist(context.block, 'number of channels of a block');
  const sizes = { ...readConvolution(context), block };
  return [
    context.wants(0) ? inputGradient(context, sizes) : undefined,
    context.wants(1) ? kernelGradient(context, sizes) : undefined,
    context.wants(2) ? biasGradient(context, sizes) : undefined,
  ];
}

/** Whether each window begins one place behind the one before it, and reads neighbours. */
function isDense({ w, strides, dilations, pads }: Convolution): boolean {
  return (
    [...strides, ...dilations].every((each) => each === 1) && pads.every((pad, i) => pad < w[2 + (i % 2)]!)
  );
}

function inputGradient(context: GradientContext, sizes: BlockedConvolution): string {
  const { build, gradient } = context;
  const { w, y, pads, block } = sizes;
  if (!isDense(sizes)) {
    const kernels = unblockKernels(build, context.input(1), w, block);
    return toBlocks(build, transposedConvolution(build, sizes, fromBlocks(build, gradient, y[1]!), kernels));
  }
  const around = pads.map((length, i) => w[2 + (i % 2)]! - 1 - length);
  const attributes = { pads: around, kernel_shape: w.slice(2) };
  return blockedConvolution(build, [gradient, turnedKernels(build, context.input(1), sizes)], attributes);
}

/** Kernels turned by 180°, features and channels swapped: blocks [F/B, C/B, kH, kW, C, F] → [C/B, F/B, kH, kW, F, C]. */
function turnedKernels(build: GraphBuilder, kernels: string, { w, block }: BlockedConvolution): string {
  const [features, channels, height, width] = w as [number, number, number, number];
  const parts = [features / block, channels / block, height, width, block, block];
  const swapped = build.op('Transpose', [reshape(build, kernels, parts)], { perm: [1, 0, 2, 3, 5, 4] });
  const turned = height * width === 1 ? swapped : reversed(build, swapped, [2, 3]);
  return reshape(build, turned, [channels, features, height, width]);
}

/** The elements of these axes, last to first. */
function reversed(build: GraphBuilder, value: string, axes: readonly number[]): string {
  const limits = [axes.map(() => -1), axes.map(() => Number.MIN_SAFE_INTEGER), axes, axes.map(() => -1)];
  const names = ['starts', 'ends', 'axes', 'steps'];
  return build.op('Slice', [value, ...limits.map((values, i) => build.integers(names[i]!, values))]);
}

function kernelGradient(context: GradientContext, sizes: BlockedConvolution): string {
  const { build, gradient } = context;
  const { x, w, y, block } = sizes;
  const images = isDense(sizes) ? imagesTogether(sizes) : undefined;
  if (images !== undefined) return correlation(context, sizes, images);
  const plain = [fromBlocks(build, context.input(0), x[1]!), fromBlocks(build, gradient, y[1]!)] as const;
  return blockKernels(build, weightGradient(context, sizes, ...plain), w, block);
}

/** How many images have a row whose places fill whole blocks; `undefined` if the batch is no multiple of that. */
function imagesTogether({ y, block }: BlockedConvolution): number | undefined {
  const [batch, , , width] = y as [number, number, number, number];
  const together = [1, 2, 4, 8, 16].find((images) => (images * width) % block === 0);
  return together !== undefined && batch % together === 0 ? together : undefined;
}

/**
 * dW[f, c, i, j] = Σ over images n and places (r, s) of dY[n, f, r, s]·X[n, c, r + i − top, s + j − left], a blocked convolution for each
 * column j of the kernel, which stores no windows. Its channels are B places of a row; its picture is dY, H' rows of [places/B, F]; its
 * kernels are X moved by j, for each c H rows of places/B that lie F apart. Its result [C, kH, F] has the rows of the kernel last to first.
 *
 * @param images whose places of a row stand beside one another
 */
function correlation(context: GradientContext, sizes: BlockedConvolution, images: number): string {
  const { build } = context;
  const { x, w, y, pads, block } = sizes;
  const [features, channels, height, width] = w as [number, number, number, number];
  const picture = placesAsChannels(build, context.gradient, sizes, images);
  const across = (images * y[3]!) / block;
  const attributes = {
    kernel_shape: [x[2]!, across],
    dilations: [1, features],
    pads: [height - 1 - pads[0]!, 0, height - 1 - pads[2]!, 0],
  };
  const columns = Array.from({ length: width }, (_, j) => {
    const kernels = placesAsKernels(build, movedBy(build, context.input(0), sizes, j), sizes, images);
    return blockedConvolution(build, [picture, kernels], attributes);
  });
  const joined = columns.length === 1 ? columns[0]! : build.op('Concat', columns, { axis: 0 });
  const parts = [width, channels / block, height, features / block, block, block];
  const ordered = build.op('Transpose', [reshape(build, joined, parts)], { perm: [3, 1, 2, 0, 5, 4] });
  return reshape(build, height === 1 ? ordered : reversed(build, ordered, [2]), w);
}

/** dY in blocks [N, F/B, H', W', B] as the picture [1, channels, H', places/B · F], in blocks of B places of a row. */
function placesAsChannels(
  build: GraphBuilder,
  gradient: string,
  { y, block }: BlockedConvolution,
  images: number,
): string {
  const [batch, features, rows, columns] = y as [number, number, number, number];
  const [groups, deep, across] = [batch / images, features / block, (images * columns) / block];
  const byRow = permuted(build, gradient, [groups, images, deep, rows, columns * block], [0, 3, 2, 1, 4]);
  const turned = toBlocks(build, reshape(build, byRow, [groups * rows * deep, images * columns, block, 1]));
  const strips = permuted(build, turned, [groups, rows, deep, across, block * block], [0, 1, 3, 2, 4]);
  return reshape(build, strips, [1, groups * block, rows, across * features]);
}

/** X in blocks [N, C/B, H, W', B] as kernels [C, channels, H, places/B]. */
function placesAsKernels(
  build: GraphBuilder,
  moved: string,
  { x, y, block }: BlockedConvolution,
  images: number,
): string {
  const [batch, channels, rows] = x as [number, number, number];
  const [groups, deep, columns] = [batch / images, channels / block, y[3]!];
  const ordered = permuted(build, moved, [groups, images, deep, rows, columns * block], [2, 0, 3, 1, 4]);
  return reshape(build, ordered, [channels, groups * block, rows, (images * columns) / block]);
}

/** The rows of X as column j of the kernel meets them: as long as those of dY, zeros around. */
function movedBy(build: GraphBuilder, value: string, sizes: BlockedConvolution, j: number): string {
  const { x, y, pads, block } = sizes;
  const [before, after] = [pads[1]! - j, y[3]! - x[3]! - pads[1]! + j];
  if (before === 0 && after === 0) return value;
  const rows = reshape(build, value, [(x[0]! * x[1]! * x[2]!) / block, x[3]!, block]);
  return build.op('Pad', [rows, build.integers('pads', [0, before, 0, 0, after, 0])]);
}

/** The value as this shape with its axes in another order; as it is where only axes of length 1 would move. */
function permuted(
  build: GraphBuilder,
  value: string,
  shape: readonly number[],
  perm: readonly number[],
): string {
  const long = perm.filter((axis) => shape[axis] !== 1);
  if (long.every((axis, i) => i === 0 || axis > long[i - 1]!)) return value;
  return build.op('Transpose', [reshape(build, value, shape)], { perm });
}

/** Sums over images and places: first over the places of each block. */
function biasGradient({ build, gradient }: GradientContext, { y, block }: BlockedConvolution): string {
  const [batch, features, rows, columns] = y as [number, number, number, number];
  const places = reshape(build, gradient, [(batch * features) / block, rows * columns, block]);
  const images = reshape(build, sumOver(build, places, [1], false), [batch, features]);
  return sumOver(build, images, [0], false);
}

/** Rules of the operators of the blocked layout, all of whose values [N, C, H, W] lie in blocks but for one side of the reorderings. */
export const blockedRules = defineGradientRules({
  Conv: conv,
  ReorderInput: ({ build, gradient, node, shapeOf }) => [
    fromBlocks(build, gradient, shapeOf(node.outputs[0]!)[1]!),
  ],
  ReorderOutput: ({ build, gradient }) => [toBlocks(build, gradient)],
});
