import { floatAttribute, intAttribute, intsAttribute, type Node, stringAttribute } from '../../graph/node.ts';
import { sizeOf } from '../../graph/shape.ts';
import type { NdArray } from '../nd-array.ts';
import { axisOf, inputAt, operatorError } from './arguments.ts';
import { axisLines, withLength } from './axis-lines.ts';
import type { Operator, OperatorFamily, OperatorInputs } from './operator.ts';

/** What an output element is made of, along one axis: a weighted sum of input elements. */
type Taps = readonly { readonly index: number; readonly weight: number }[];

/** One axis to be resized. */
interface AxisScale {
  readonly axis: number;
  readonly from: number;
  readonly to: number;
  readonly scale: number;
}

/** Nearest, linear and cubic interpolation, one axis after the other. */
const resize: Operator = (inputs, node) => {
  refuseUnsupported(node);
  const x = inputAt(inputs, 0, node);
  const resized = axisScales(inputs, x, node).reduce((array, axisScale) => {
    const taps = Array.from({ length: axisScale.to }, (_, at) => tapsAt(at, axisScale, node));
    return interpolate(array, axisScale.axis, taps);
  }, x);
  return [resized];
};

function refuseUnsupported(node: Node): void {
  if (intAttribute(node, 'antialias', 0)) throw operatorError(node, 'antialias = 0', '1', remedy);
  const policy = stringAttribute(node, 'keep_aspect_ratio_policy', 'stretch');
  if (policy !== 'stretch') {
    throw operatorError(node, "keep_aspect_ratio_policy = 'stretch'", `'${policy}'`, remedy);
  }
}

const remedy = 'Export the model with plain nearest, linear or cubic resizing';

/** Inputs are (X, scales) in operator set 10, (X, roi, scales, sizes) from 11. */
function axisScales(inputs: OperatorInputs, x: NdArray, node: Node): AxisScale[] {
  const all = x.shape.map((_, axis) => axis);
  const axes = intsAttribute(node, 'axes', all).map((axis) => axisOf(axis, x.shape.length, node));
  const sizes = inputs[3]?.data;
  const scales = node.inputs.length === 2 ? inputs[1]?.data : inputs[2]?.data;
  if (!sizes?.length && !scales?.length) throw operatorError(node, 'scales or sizes', 'neither');
  const list = axes.map((axis, i): AxisScale => {
    const from = x.shape[axis]!;
    if (sizes?.length) return { axis, from, to: sizes[i]!, scale: sizes[i]! / from };
    return { axis, from, to: Math.floor(from * scales![i]!), scale: scales![i]! };
  });
  return list.filter(({ from, to, scale }) => from !== to || scale !== 1);
}

/** The place in the input, in element units, that an output element stands for. */
function sourceOf(at: number, { from, to, scale }: AxisScale, node: Node): number {
  const mode = stringAttribute(node, 'coordinate_transformation_mode', 'half_pixel');
  if (mode === 'half_pixel') return (at + 0.5) / scale - 0.5;
  if (mode === 'pytorch_half_pixel') return to > 1 ? (at + 0.5) / scale - 0.5 : 0;
  if (mode === 'align_corners') return to > 1 ? (at * (from - 1)) / (to - 1) : 0;
  if (mode === 'asymmetric') return at / scale;
  if (mode === 'half_pixel_symmetric') {
    const adjustment = to / (scale * from);
    return (from / 2) * (1 - adjustment) + (at + 0.5) / scale - 0.5;
  }
  throw operatorError(node, 'a known coordinate_transformation_mode', `'${mode}'`, remedy);
}

function tapsAt(at: number, axisScale: AxisScale, node: Node): Taps {
  const source = sourceOf(at, axisScale, node);
  const last = axisScale.from - 1;
  const mode = stringAttribute(node, 'mode', 'nearest');
  if (mode === 'nearest') return [{ index: clamp(nearest(source, node), last), weight: 1 }];
  if (mode === 'linear') return linear(clamp(source, last), last);
  if (mode === 'cubic') return cubic(source, last, node);
  throw operatorError(node, "mode = 'nearest', 'linear' or 'cubic'", `'${mode}'`, remedy);
}

function clamp(value: number, last: number): number {
  return Math.min(Math.max(value, 0), last);
}

function nearest(source: number, node: Node): number {
  const mode = stringAttribute(node, 'nearest_mode', 'round_prefer_floor');
  if (mode === 'round_prefer_floor') return Math.ceil(source - 0.5);
  if (mode === 'round_prefer_ceil') return Math.floor(source + 0.5);
  if (mode === 'floor') return Math.floor(source);
  if (mode === 'ceil') return Math.ceil(source);
  throw operatorError(node, 'a known nearest_mode', `'${mode}'`, remedy);
}

function linear(source: number, last: number): Taps {
  const index = Math.floor(source);
  const weight = source - index;
  return [
    { index, weight: 1 - weight },
    { index: Math.min(index + 1, last), weight },
  ];
}

function cubic(source: number, last: number, node: Node): Taps {
  const a = floatAttribute(node, 'cubic_coeff_a', -0.75);
  const exclude = intAttribute(node, 'exclude_outside', 0) !== 0;
  const base = Math.floor(source);
  const taps = [-1, 0, 1, 2].map((offset) => {
    const index = base + offset;
    const outside = index < 0 || index > last;
    const weight = exclude && outside ? 0 : cubicWeight(Math.abs(source - index), a);
    return { index: clamp(index, last), weight };
  });
  const total = exclude ? taps.reduce((sum, { weight }) => sum + weight, 0) : 1;
  return taps.map(({ index, weight }) => ({ index, weight: weight / total }));
}

/** The cubic convolution kernel at a distance. */
function cubicWeight(d: number, a: number): number {
  if (d <= 1) return ((a + 2) * d - (a + 3)) * d * d + 1;
  return d < 2 ? ((a * d - 5 * a) * d + 8 * a) * d - 4 * a : 0;
}

function interpolate(x: NdArray, axis: number, taps: readonly Taps[]): NdArray {
  const { outer, length, inner } = axisLines(x.shape, axis);
  const shape = withLength(x.shape, axis, taps.length);
  const data = new Float64Array(sizeOf(shape));
  for (let o = 0; o < outer; o++) {
    for (const [at, sources] of taps.entries()) {
      const out = (o * taps.length + at) * inner;
      for (const { index, weight } of sources) {
        const from = (o * length + index) * inner;
        for (let i = 0; i < inner; i++) data[out + i]! += weight * x.data[from + i]!;
      }
    }
  }
  return { shape, data, type: x.type };
}

/** Operators that interpolate. */
export const resizings: OperatorFamily = { Resize: resize };
