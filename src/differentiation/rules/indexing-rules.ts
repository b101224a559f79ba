import { intAttribute } from '../../graph/node.ts';
import { axisFromFront, filled, transpose } from '../gradient-operators.ts';
import { defineGradientRules, type GradientContext } from '../gradient-rule.ts';
import { requiredConstant } from '../required-constant.ts';

/**
 * Adds the rows of a gradient up at the places they were taken from, along one axis.
 *
 * @param indices int64 value of rank `indexRank`
 */
function scatterAlong(
  context: GradientContext,
  gradient: string,
  axis: number,
  indices: string,
  indexRank: number,
): string {
  const { build } = context;
  const shape = context.shapeOf(context.input(0));
  const before = Array.from({ length: axis }, (_, i) => i);
  const ofIndex = Array.from({ length: indexRank }, (_, i) => axis + i);
  const after = Array.from({ length: shape.length - axis - 1 }, (_, i) => axis + indexRank + i);
  const updates = axis === 0 ? gradient : transpose(context, gradient, [...ofIndex, ...before, ...after]);
  const front = [shape[axis]!, ...shape.slice(0, axis), ...shape.slice(axis + 1)];
  const places = build.op('Unsqueeze', [indices, build.integers('axis', [-1])]);
  const inputs = [filled(build, front, 0), places, updates];
  const scattered = build.op('ScatterND', inputs, { reduction: 'add' });
  if (axis === 0) return scattered;
  const back = shape.map((_, i) => (i < axis ? i + 1 : i === axis ? 0 : i));
  return transpose(context, scattered, back);
}

function gather(context: GradientContext): (string | undefined)[] {
  const rank = context.shapeOf(context.input(0)).length;
  const axis = axisFromFront(intAttribute(context.node, 'axis', 0), rank);
  const indices = context.input(1);
  return [scatterAlong(context, context.gradient, axis, indices, context.shapeOf(indices).length)];
}

/** Puts zeros around the gradient where the cut was contiguous; else scatters it axis by axis. */
function slice(context: GradientContext): (string | undefined)[] {
  const { build, gradient, node } = context;
  const shape = context.shapeOf(context.input(0));
  const cuts = readCuts(context, shape);
  if (cuts.some(({ step }) => step !== 1)) return [stridedSlice(context, shape, cuts)];
  const starts = shape.map(() => 0);
  const rests = shape.map(() => 0);
  for (const { axis, start } of cuts) {
    starts[axis] = start;
    rests[axis] = shape[axis]! - start - context.shapeOf(node.outputs[0]!)[axis]!;
  }
  return [build.op('Pad', [gradient, build.integers('pads', [...starts, ...rests])])];
}

interface Cut {
  readonly axis: number;
  readonly start: number;
  readonly step: number;
}

function readCuts(context: GradientContext, shape: readonly number[]): Cut[] {
  const { node } = context;
  const starts = requiredConstant(context, context.input(1), 'starts');
  const axes = node.inputs[3] ? requiredConstant(context, node.inputs[3], 'axes') : starts.map((_, i) => i);
  const steps = node.inputs[4] ? requiredConstant(context, node.inputs[4], 'steps') : starts.map(() => 1);
  return starts.map((given, i) => {
    const axis = axisFromFront(axes[i]!, shape.length);
    const length = shape[axis]!;
    const step = steps[i]!;
    const counted = given < 0 ? given + length : given;
    const start = Math.min(Math.max(counted, 0), step < 0 ? length - 1 : length);
    return { axis, start, step };
  });
}

function stridedSlice(context: GradientContext, shape: readonly number[], cuts: readonly Cut[]): string {
  const { build, node } = context;
  const cut = [...context.shapeOf(node.outputs[0]!)];
  let gradient = context.gradient;
  for (const { axis, start, step } of cuts) {
    const count = cut[axis]!;
    const places = Array.from({ length: count }, (_, i) => start + i * step);
    const perm = [axis, ...shape.map((_, i) => i).filter((i) => i !== axis)];
    const back = shape.map((_, i) => perm.indexOf(i));
    const front = [shape[axis]!, ...cut.filter((_, i) => i !== axis)];
    const rows = build.op('Transpose', [gradient], { perm });
    const indices = build.op('Unsqueeze', [build.integers('places', places), build.integers('axis', [-1])]);
    const scattered = build.op('ScatterND', [filled(build, front, 0), indices, rows]);
    gradient = build.op('Transpose', [scattered], { perm: back });
    cut[axis] = shape[axis]!;
  }
  return gradient;
}

/** Rules of operators that select elements. */
export const indexingRules = defineGradientRules({
  Gather: gather,
  Slice: slice,
  ArgMax: 'zero',
  ArgMin: 'zero',
});
