import { intAttribute, intsAttribute } from '../../graph/node.ts';
import { axisFromFront, reshape, sumTo, transpose } from '../gradient-operators.ts';
import { defineGradientRules, type GradientContext } from '../gradient-rule.ts';
import { requiredConstant } from '../required-constant.ts';

/** The gradient in the shape of the input: for all operators that only rename axes. */
function backToShape(context: GradientContext): string[] {
  return [reshape(context.build, context.gradient, context.shapeOf(context.input(0)))];
}

function transposed(context: GradientContext): string[] {
  const rank = context.shapeOf(context.input(0)).length;
  const reversed = Array.from({ length: rank }, (_, axis) => rank - 1 - axis);
  const perm = intsAttribute(context.node, 'perm', reversed);
  const inverse = reversed.map((_, axis) => perm.indexOf(axis));
  return [transpose(context, context.gradient, inverse)];
}

/** Cuts the gradient where the inputs were joined. */
function concat(context: GradientContext): string[] {
  const { build, gradient, node } = context;
  const shapes = node.inputs.map((name) => context.shapeOf(name));
  const axis = axisFromFront(intAttribute(node, 'axis'), shapes[0]!.length);
  const lengths = build.integers(
    'lengths',
    shapes.map((shape) => shape[axis]!),
  );
  return build.ops('Split', [gradient, lengths], shapes.length, { axis });
}

/** Joins the gradients where the input was cut; parts that nobody used have gradient 0. */
function split(context: GradientContext): string[] {
  const { build, node, outputGradients } = context;
  const parts = node.outputs.map((name, position) => {
    const known = outputGradients[position];
    if (known) return known;
    return build.op('Mul', [name, build.scalar('zero', 0)]);
  });
  return [build.op('Concat', parts, { axis: intAttribute(node, 'axis', 0) })];
}

function expand(context: GradientContext): string[] {
  const { build, gradient, node } = context;
  return [sumTo(build, gradient, context.shapeOf(node.outputs[0]!), context.shapeOf(context.input(0)))];
}

/** Cuts off what was added around the input. */
function pad(context: GradientContext): string[] {
  const { build, gradient, node } = context;
  const shape = context.shapeOf(context.input(0));
  const pads = requiredConstant(context, context.input(1), 'pads');
  const axes = node.inputs[3]
    ? requiredConstant(context, node.inputs[3], 'axes').map((axis) => axisFromFront(axis, shape.length))
    : shape.map((_, axis) => axis);
  const starts = axes.map((_, i) => pads[i]!);
  const ends = axes.map((axis, i) => pads[i]! + shape[axis]!);
  const limits = [starts, ends, axes].map((values, i) =>
    build.integers(['starts', 'ends', 'axes'][i]!, values),
  );
  return [build.op('Slice', [gradient, ...limits])];
}

/** Rules of operators that move elements around without selecting any. */
export const shapeRules = defineGradientRules({
  Reshape: backToShape,
  Flatten: backToShape,
  Squeeze: backToShape,
  Unsqueeze: backToShape,
  Transpose: transposed,
  Concat: concat,
  Split: split,
  Expand: expand,
  Pad: pad,
  Shape: 'zero',
  Size: 'zero',
  ConstantOfShape: 'zero',
  Constant: 'zero',
  Range: 'zero',
});
