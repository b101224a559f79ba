import { intAttribute, intsAttribute, type Node, stringAttribute } from '../../graph/node.ts';
import { sizeOf } from '../../graph/shape.ts';
import type { NdArray } from '../nd-array.ts';
import { describeShapes, inputAt, operatorError } from './arguments.ts';
import { multiplyAdd } from './matrix-kernel.ts';
import type { Operator, OperatorFamily } from './operator.ts';
import { perAxis, splitPads, type Tap, tapsOf, type Windows, windowsOf } from './windows.ts';

/** Everything both directions of a convolution know. Channels are those of one group. */
interface Plan {
  readonly groups: number;
  /** Channels per group on the side where the windows slide. */
  readonly channels: number;
  /** Channels per group on the side with one element per window. */
  readonly features: number;
  readonly taps: readonly Tap[];
  /** Elements of one channel where the windows slide. */
  readonly elements: number;
  /** Number of windows. */
  readonly windows: number;
}

function planOf(windows: Windows, groups: number, channels: number, features: number): Plan {
  const [elements, count] = [sizeOf(windows.input), sizeOf(windows.output)];
  return { groups, channels, features, taps: tapsOf(windows), elements, windows: count };
}

/** X [N, C, spatial…], W [M, C/group, kernel…], B [M] -> [N, M, spatial…]. */
const conv: Operator = (inputs, node) => {
  const [x, w] = [inputAt(inputs, 0, node), inputAt(inputs, 1, node)];
  const groups = intAttribute(node, 'group', 1);
  const [batch = 0, channels = 0, ...spatial] = x.shape;
  const [features = 0, channelsOfW = 0, ...kernel] = w.shape;
  if (x.shape.length !== w.shape.length || channels !== channelsOfW * groups || features % groups) {
    throw operatorError(node, `input and weight that fit ${groups} groups`, describeShapes(x, w));
  }
  const windows = windowsOf(node, spatial, kernel);
  const plan = planOf(windows, groups, channelsOfW, features / groups);
  const shape = [batch, features, ...windows.output];
  const data = new Float64Array(sizeOf(shape));
  for (let block = 0; block < batch * groups; block++) {
    const columns = gatherColumns(x.data, block * plan.channels * plan.elements, plan);
    const depth = plan.channels * plan.taps.length;
    const out = { data, start: block * plan.features * plan.windows };
    const weights = { data: w.data, start: (block % groups) * plan.features * depth };
    multiplyAdd(out, weights, { data: columns, start: 0 }, plan.features, depth, plan.windows);
  }
  return [withBias({ shape, data, type: x.type }, inputs[2])];
};

/** One row for each channel and kernel position, holding what all windows see there; 0 in the padding. */
function gatherColumns(data: Float64Array, start: number, plan: Plan): Float64Array {
  const columns = new Float64Array(plan.channels * plan.taps.length * plan.windows);
  let row = 0;
  for (let channel = 0; channel < plan.channels; channel++) {
    const from = start + channel * plan.elements;
    for (const { windows, elements } of plan.taps) {
      for (let i = 0; i < windows.length; i++) columns[row + windows[i]!] = data[from + elements[i]!]!;
      row += plan.windows;
    }
  }
  return columns;
}

/** Adds one number to each channel of [N, C, …]. */
function withBias(array: NdArray, bias: NdArray | undefined): NdArray {
  if (!bias) return array;
  const [batch = 0, channels = 0, ...spatial] = array.shape;
  const inner = sizeOf(spatial);
  const { data } = array;
  for (let row = 0; row < batch * channels; row++) {
    const value = bias.data[row % channels]!;
    for (let i = row * inner; i < (row + 1) * inner; i++) data[i]! += value;
  }
  return array;
}

/** X [N, C, spatial…], W [C, M/group, kernel…], B [M] -> [N, M, spatial…]: the transposed map of a convolution. */
const convTranspose: Operator = (inputs, node) => {
  const [x, w] = [inputAt(inputs, 0, node), inputAt(inputs, 1, node)];
  const groups = intAttribute(node, 'group', 1);
  const [batch = 0, features = 0, ...spatial] = x.shape;
  const [featuresOfW = 0, channels = 0, ...kernel] = w.shape;
  if (x.shape.length !== w.shape.length || features !== featuresOfW || features % groups) {
    throw operatorError(node, `input and weight that fit ${groups} groups`, describeShapes(x, w));
  }
  const windows = transposedWindows(node, spatial, kernel);
  const plan = planOf(windows, groups, channels, features / groups);
  const shape = [batch, channels * groups, ...windows.input];
  const data = new Float64Array(sizeOf(shape));
  for (let block = 0; block < batch * groups; block++) {
    const columns = spreadColumns(x, w, block, plan);
    scatterColumns(data, block * plan.channels * plan.elements, columns, plan);
  }
  return [withBias({ shape, data, type: x.type }, inputs[2])];
};

/** columns [channels·kernel, windows] = Wᵀ · x for one image and group. */
function spreadColumns(x: NdArray, w: NdArray, block: number, plan: Plan): Float64Array {
  const rows = plan.channels * plan.taps.length;
  const columns = new Float64Array(rows * plan.windows);
  const firstFeature = (block % plan.groups) * plan.features;
  const transposed = new Float64Array(rows * plan.features);
  for (let feature = 0; feature < plan.features; feature++) {
    for (let row = 0; row < rows; row++) {
      transposed[row * plan.features + feature] = w.data[(firstFeature + feature) * rows + row]!;
    }
  }
  const image = { data: x.data, start: block * plan.features * plan.windows };
  const [out, weights] = [columns, transposed].map((data) => ({ data, start: 0 }));
  multiplyAdd(out!, weights!, image, rows, plan.features, plan.windows);
  return columns;
}

/** The reverse of {@link gatherColumns}: adds every column element to the element it was seen at. */
function scatterColumns(data: Float64Array, start: number, columns: Float64Array, plan: Plan): void {
  let row = 0;
  for (let channel = 0; channel < plan.channels; channel++) {
    const to = start + channel * plan.elements;
    for (const { windows, elements } of plan.taps) {
      for (let i = 0; i < windows.length; i++) data[to + elements[i]!]! += columns[row + windows[i]!]!;
      row += plan.windows;
    }
  }
}

/** The windows of the convolution that this is the transpose of: they slide over this node's output. */
function transposedWindows(of: Node, spatial: readonly number[], kernel: readonly number[]): Windows {
  const rank = spatial.length;
  const strides = perAxis(of, 'strides', rank, 1);
  const dilations = perAxis(of, 'dilations', rank, 1);
  const extra = perAxis(of, 'output_padding', rank, 0);
  const mode = stringAttribute(of, 'auto_pad', 'NOTSET');
  // Length of the output if nothing is cut off at the ends.
  const full = spatial.map(
    (length, axis) =>
      strides[axis]! * (length - 1) + extra[axis]! + (kernel[axis]! - 1) * dilations[axis]! + 1,
  );
  const wanted = of.attributes.has('output_shape')
    ? intsAttribute(of, 'output_shape').slice(-rank)
    : mode.startsWith('SAME')
      ? spatial.map((length, axis) => length * strides[axis]!)
      : undefined;
  const pads = wanted
    ? splitPads(
        of,
        mode === 'SAME_UPPER' ? 'SAME_UPPER' : 'SAME_LOWER',
        full.map((length, axis) => length - wanted[axis]!),
      )
    : mode === 'VALID'
      ? new Array<number>(2 * rank).fill(0)
      : perAxis(of, 'pads', 2 * rank, 0);
  const [padsBefore, padsAfter] = [pads.slice(0, rank), pads.slice(rank)];
  const input = wanted ?? full.map((length, axis) => length - padsBefore[axis]! - padsAfter[axis]!);
  return { input, output: spatial, kernel, strides, dilations, padsBefore, padsAfter };
}

/** Convolutions in any number of dimensions. */
export const convolutions: OperatorFamily = { Conv: conv, ConvTranspose: convTranspose };
