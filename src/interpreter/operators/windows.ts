import { intAttribute, intsAttribute, type Node, stringAttribute } from '../../graph/node.ts';
import { sizeOf } from '../../graph/shape.ts';
import { offsetsOf, stridesOf } from '../nd-array.ts';
import { operatorError } from './arguments.ts';

/** The sliding windows of a convolution or pooling, in any number of spatial dimensions. */
export interface Windows {
  /** Lengths of the axes over which the windows slide. */
  readonly input: readonly number[];
  /** Number of windows along each axis. */
  readonly output: readonly number[];
  readonly kernel: readonly number[];
  readonly strides: readonly number[];
  readonly dilations: readonly number[];
  readonly padsBefore: readonly number[];
  readonly padsAfter: readonly number[];
}

/**
 * The windows that a node's attributes (strides, dilations, pads, auto_pad, ceil_mode) ask for.
 *
 * @throws RuntimeError if auto_pad is unknown, or an attribute has not one number per axis
 */
export function windowsOf(of: Node, input: readonly number[], kernel: readonly number[]): Windows {
  const rank = input.length;
  const strides = perAxis(of, 'strides', rank, 1);
  const dilations = perAxis(of, 'dilations', rank, 1);
  const reach = kernel.map((length, axis) => (length - 1) * dilations[axis]! + 1);
  const pads = padsOf(of, input, strides, reach);
  const padsBefore = pads.slice(0, rank);
  const padsAfter = pads.slice(rank);
  const round = intAttribute(of, 'ceil_mode', 0) ? Math.ceil : Math.floor;
  const output = input.map((length, axis) => {
    const [stride, before] = [strides[axis]!, padsBefore[axis]!];
    const count = round((length + before + padsAfter[axis]! - reach[axis]!) / stride) + 1;
    // With ceil_mode a window may hang over the end, but must not start behind it.
    return round === Math.ceil && (count - 1) * stride >= length + before ? count - 1 : count;
  });
  return { input, output, kernel, strides, dilations, padsBefore, padsAfter };
}

/** An attribute with one number per spatial axis. @throws RuntimeError if it has more or fewer */
export function perAxis(of: Node, key: string, rank: number, fallback: number): readonly number[] {
  const values = intsAttribute(of, key, new Array<number>(rank).fill(fallback));
  if (values.length === rank) return values;
  throw operatorError(of, `${rank} numbers in ${key}`, `${values.length}`);
}

function padsOf(
  of: Node,
  input: readonly number[],
  strides: readonly number[],
  reach: readonly number[],
): readonly number[] {
  const mode = stringAttribute(of, 'auto_pad', 'NOTSET');
  if (mode === 'NOTSET' || mode === '') return perAxis(of, 'pads', 2 * input.length, 0);
  if (mode === 'VALID') return new Array<number>(2 * input.length).fill(0);
  const totals = input.map((length, axis) => {
    const count = Math.ceil(length / strides[axis]!);
    return Math.max(0, (count - 1) * strides[axis]! + reach[axis]! - length);
  });
  return splitPads(of, mode, totals);
}

/** Halves the padding of each axis; SAME_UPPER puts the odd one behind, SAME_LOWER before. */
export function splitPads(of: Node, mode: string, totals: readonly number[]): number[] {
  const less = totals.map((total) => Math.floor(total / 2));
  const more = totals.map((total) => Math.ceil(total / 2));
  if (mode === 'SAME_UPPER') return [...less, ...more];
  if (mode === 'SAME_LOWER') return [...more, ...less];
  throw operatorError(of, 'auto_pad = NOTSET, VALID, SAME_UPPER or SAME_LOWER', `'${mode}'`);
}

/** One position of the kernel: which windows have it inside the input, and what input element they see there. */
export interface Tap {
  /** Positions of windows, row-major. */
  readonly windows: Int32Array;
  /** Positions of the input elements, row-major; as many. */
  readonly elements: Int32Array;
}

/** The taps of all kernel positions, in row-major order. */
export function tapsOf(windows: Windows): Tap[] {
  const { input, output, kernel } = windows;
  const [inputStrides, outputStrides] = [stridesOf(input), stridesOf(output)];
  return Array.from({ length: sizeOf(kernel) }, (_, position) =>
    tapAt(windows, unravel(position, kernel), inputStrides, outputStrides),
  );
}

function unravel(index: number, shape: readonly number[]): number[] {
  return stridesOf(shape).map((stride, axis) => Math.floor(index / stride) % shape[axis]!);
}

function tapAt(
  { input, output, strides, dilations, padsBefore }: Windows,
  kernelIndex: readonly number[],
  inputStrides: readonly number[],
  outputStrides: readonly number[],
): Tap {
  const shape: number[] = [];
  let [windowStart, elementStart] = [0, 0];
  const elementSteps: number[] = [];
  for (let axis = 0; axis < input.length; axis++) {
    const stride = strides[axis]!;
    const shift = kernelIndex[axis]! * dilations[axis]! - padsBefore[axis]!;
    const first = Math.max(0, Math.ceil(-shift / stride));
    const last = Math.min(output[axis]! - 1, Math.floor((input[axis]! - 1 - shift) / stride));
    shape.push(Math.max(0, last - first + 1));
    windowStart += first * outputStrides[axis]!;
    elementStart += (first * stride + shift) * inputStrides[axis]!;
    elementSteps.push(stride * inputStrides[axis]!);
  }
  return {
    windows: offsetsOf(shape, outputStrides, windowStart),
    elements: offsetsOf(shape, elementSteps, elementStart),
  };
}
