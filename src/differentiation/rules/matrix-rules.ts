import { floatAttribute, intAttribute } from '../../graph/node.ts';
import { sizeOf } from '../../graph/shape.ts';
import { broadcastShape, reshape, sumTo, swapLastAxes, times } from '../gradient-operators.ts';
import { defineGradientRules, type GradientContext } from '../gradient-rule.ts';

/** Y = A·B: dA = dY·Bᵀ, dB = Aᵀ·dY; a weight shared by all batches gets one product over all rows. */
function matMul(context: GradientContext): (string | undefined)[] {
  const [a, b] = [context.shapeOf(context.input(0)), context.shapeOf(context.input(1))];
  if (a.length === 1 || b.length === 1) return vectorMatMul(context, a, b);
  return [
    context.wants(0) ? leftGradient(context, a, b) : undefined,
    context.wants(1) ? rightGradient(context, a, b) : undefined,
  ];
}

function leftGradient(context: GradientContext, a: readonly number[], b: readonly number[]): string {
  const { build, gradient } = context;
  const wide = build.op('MatMul', [gradient, swapLastAxes(context, context.input(1), b.length)]);
  const batch = broadcastShape(a.slice(0, -2), b.slice(0, -2));
  return sumTo(build, wide, [...batch, ...a.slice(-2)], a);
}

function rightGradient(context: GradientContext, a: readonly number[], b: readonly number[]): string {
  const { build, gradient } = context;
  if (b.length === 2) {
    const rows = sizeOf(a.slice(0, -1));
    const left = a.length === 2 ? context.input(0) : reshape(build, context.input(0), [rows, a.at(-1)!]);
    const right = a.length === 2 ? gradient : reshape(build, gradient, [rows, b[1]!]);
    return build.op('Gemm', [left, right], { transA: 1 });
  }
  const wide = build.op('MatMul', [swapLastAxes(context, context.input(0), a.length), gradient]);
  const batch = broadcastShape(a.slice(0, -2), b.slice(0, -2));
  return sumTo(build, wide, [...batch, ...b.slice(-2)], b);
}

/** A vector counts as a matrix of one row (left) or one column (right), whose axis is missing in the outcome. */
function vectorMatMul(
  context: GradientContext,
  a: readonly number[],
  b: readonly number[],
): (string | undefined)[] {
  const { build } = context;
  const left = a.length === 1 ? [1, ...a] : a;
  const right = b.length === 1 ? [...b, 1] : b;
  const batch = broadcastShape(left.slice(0, -2), right.slice(0, -2));
  const full = [...batch, left.at(-2)!, right.at(-1)!];
  const gradient = reshape(build, context.gradient, full);
  const [x, y] = [reshape(build, context.input(0), left), reshape(build, context.input(1), right)];
  const dx = build.op('MatMul', [gradient, swapLastAxes(context, y, right.length)]);
  const dy = build.op('MatMul', [swapLastAxes(context, x, left.length), gradient]);
  const narrow = (value: string, shape: readonly number[], own: readonly number[]) =>
    reshape(build, sumTo(build, value, [...batch, ...shape.slice(-2)], shape), own);
  return [narrow(dx, left, a), narrow(dy, right, b)];
}

/** Y = α·A'·B' + β·C, A' and B' optionally transposed. */
function gemm(context: GradientContext): (string | undefined)[] {
  const { build, gradient, node } = context;
  const [transA, transB] = [intAttribute(node, 'transA', 0), intAttribute(node, 'transB', 0)];
  const [a, b] = [context.input(0), context.input(1)];
  const alpha = { kind: 'float', value: floatAttribute(node, 'alpha', 1) } as const;
  const product = (x: string, y: string, tx: number, ty: number) =>
    build.op('Gemm', [x, y], { alpha, transA: tx, transB: ty });
  const left = () => (transA ? product(b, gradient, transB, 1) : product(gradient, b, 0, transB ? 0 : 1));
  const right = () => (transB ? product(gradient, a, 1, transA) : product(a, gradient, transA ? 0 : 1, 0));
  const bias = () => {
    const scaled = times(build, gradient, floatAttribute(node, 'beta', 1));
    return sumTo(build, scaled, context.shapeOf(node.outputs[0]!), context.shapeOf(context.input(2)));
  };
  return [left, right, bias].map((emit, position) => (context.wants(position) ? emit() : undefined));
}

/** Rules of matrix products. */
export const matrixRules = defineGradientRules({ MatMul: matMul, Gemm: gemm });
