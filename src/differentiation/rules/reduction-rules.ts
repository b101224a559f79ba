import { intAttribute, intsAttribute } from '../../graph/node.ts';
import { sizeOf } from '../../graph/shape.ts';
import { axisFromFront, reshape, times } from '../gradient-operators.ts';
import { defineGradientRules, type GradientContext } from '../gradient-rule.ts';
import { requiredConstant } from '../required-constant.ts';

/** The reduced axes, counted from the front; given as an attribute up to opset 12 (17), as an input later. */
function reducedAxes(context: GradientContext, rank: number): number[] {
  const { node } = context;
  const all = Array.from({ length: rank }, (_, axis) => axis);
  const given = node.inputs[1]
    ? requiredConstant(context, node.inputs[1], 'axes')
    : intsAttribute(node, 'axes', []);
  if (given.length === 0) return intAttribute(node, 'noop_with_empty_axes', 0) ? [] : all;
  return given.map((axis) => axisFromFront(axis, rank));
}

/** The gradient with the reduced axes as length 1, and the number of elements that one outcome comes from. */
function kept(
  context: GradientContext,
  value: string,
): { value: string; shape: readonly number[]; count: number } {
  const shape = context.shapeOf(context.input(0));
  const axes = reducedAxes(context, shape.length);
  const narrow = shape.map((length, axis) => (axes.includes(axis) ? 1 : length));
  return {
    value: reshape(context.build, value, narrow),
    shape,
    count: sizeOf(axes.map((axis) => shape[axis]!)),
  };
}

/** The gradient at every element that was reduced; of a mean divided by their number, which float32 holds exactly. */
function spread(context: GradientContext, of: 'sum' | 'mean'): string[] {
  const { build } = context;
  const { value, shape, count } = kept(context, context.gradient);
  const share = of === 'sum' ? value : build.op('Div', [value, build.scalar('count', count)]);
  return [build.op('Expand', [share, build.integers('shape', shape)])];
}

/** Rules of sums and means. */
export const reductionRules = defineGradientRules({
  ReduceSum: (context) => spread(context, 'sum'),
  ReduceMean: (context) => spread(context, 'mean'),
  ReduceSumSquare: (context) => {
    const { build } = context;
    const { value } = kept(context, times(build, context.gradient, 2));
    return [build.op('Mul', [context.input(0), value])];
  },
  ReduceL2: (context) => {
    const { build, node, gradient } = context;
    const { value } = kept(context, build.op('Div', [gradient, node.outputs[0]!]));
    return [build.op('Mul', [context.input(0), value])];
  },
});
