import { asFloat, broadcastShape, sumTo, times } from '../gradient-operators.ts';
import { defineGradientRules, type GradientContext } from '../gradient-rule.ts';

/** Emits the gradient of an input before its broadcast is undone. */
type Wide = () => string;

/** Gradients of two broadcast inputs, summed to their own shapes; only those wanted are emitted. */
function broadcast(context: GradientContext, ...wide: Wide[]): (string | undefined)[] {
  const inputs = context.node.inputs;
  const full = inputs.map((name) => context.shapeOf(name)).reduce(broadcastShape);
  return wide.map((emit, position) =>
    context.wants(position)
      ? sumTo(context.build, emit(), full, context.shapeOf(inputs[position]!))
      : undefined,
  );
}

/** The larger (or smaller) input gets the gradient; of equal ones the earlier. */
function selection(keeps: 'GreaterOrEqual' | 'LessOrEqual', opposite: 'Greater' | 'Less') {
  return (context: GradientContext) => {
    const { build, gradient } = context;
    const [a, b] = [context.input(0), context.input(1)];
    return broadcast(
      context,
      () => build.op('Mul', [gradient, asFloat(build, build.op(keeps, [a, b]))]),
      () => build.op('Mul', [gradient, asFloat(build, build.op(opposite, [b, a]))]),
    );
  };
}

/** Rules of elementwise functions of several inputs, with broadcasting. */
export const binaryRules = defineGradientRules({
  Add: (context) =>
    broadcast(
      context,
      () => context.gradient,
      () => context.gradient,
    ),
  Sub: (context) => {
    const same = () => context.gradient;
    const [left, right] = broadcast(context, same, same);
    return [left, right && context.build.op('Neg', [right])];
  },
  Mul: (context) => {
    const { build, gradient } = context;
    return broadcast(
      context,
      () => build.op('Mul', [gradient, context.input(1)]),
      () => build.op('Mul', [gradient, context.input(0)]),
    );
  },
  Div: (context) => {
    const { build, gradient, node } = context;
    // d(a/b) = da/b − (a/b)·db/b; b, which may be smaller than the quotient, divides what is summed up.
    const [left, right] = broadcast(
      context,
      () => build.op('Div', [gradient, context.input(1)]),
      () => build.op('Mul', [gradient, node.outputs[0]!]),
    );
    return [left, right && build.op('Neg', [build.op('Div', [right, context.input(1)])])];
  },
  Pow: (context) => {
    const { build, gradient, node } = context;
    const [x, exponent] = [context.input(0), context.input(1)];
    const constant = context.constantOf(exponent)?.toNumbers();
    return broadcast(
      context,
      () => {
        if (constant?.length === 1 && constant[0] === 2) {
          return build.op('Mul', [gradient, times(build, x, 2)]);
        }
        const less = build.op('Sub', [exponent, build.op('CastLike', [build.scalar('one', 1), exponent])]);
        const slope = build.op('Mul', [build.op('Pow', [x, less]), build.op('CastLike', [exponent, x])]);
        return build.op('Mul', [gradient, slope]);
      },
      () => build.op('Mul', [gradient, build.op('Mul', [node.outputs[0]!, build.op('Log', [x])])]),
    );
  },
  Sum: (context) => broadcast(context, ...context.node.inputs.map(() => () => context.gradient)),
  Where: (context) => {
    const { build, gradient } = context;
    const zero = () => build.scalar('zero', 0);
    return broadcast(
      context,
      () => gradient,
      () => build.op('Where', [context.input(0), gradient, zero()]),
      () => build.op('Where', [context.input(0), zero(), gradient]),
    );
  },
  Max: selection('GreaterOrEqual', 'Greater'),
  Min: selection('LessOrEqual', 'Less'),
  Equal: 'zero',
  Less: 'zero',
  LessOrEqual: 'zero',
  Greater: 'zero',
  GreaterOrEqual: 'zero',
  And: 'zero',
  Or: 'zero',
  Xor: 'zero',
  Mod: 'zero',
});
