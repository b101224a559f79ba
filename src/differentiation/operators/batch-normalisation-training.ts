import { float } from '../../graph/node.ts';
import { filled, sumOver, times } from '../gradient-operators.ts';
import type { GradientContext } from '../gradient-rule.ts';
import type { TrainingOperator } from './training-operator.ts';

/** Added to the variance, as PyTorch does by default. */
export const batchNormEpsilon = 1e-5;

/**
 * Batch normalisation with the statistics of the batch: x [N, C, H, W], γ [C], β [C] → y, and of each channel the mean
 * [C] and the (biased) variance [C]; the last output is x − mean, which the gradient reads. With n = N·H·W and
 * r = 1/√(variance + ε): dβ = Σ dy, dγ = r·Σ dy·(x − mean), dx = γ·r·(dy − dβ/n − (x − mean)·r·dγ/n).
 * The mean and the variance themselves pass no gradient: they feed the running statistics only.
 */
export const batchNormalisationTraining: TrainingOperator = {
  name: 'BatchNormalizationTraining',
  doc: 'y = (x - mean)/sqrt(variance + 1e-5)*scale + bias with mean and variance of the batch, per channel (axis 1 of 4).',
  inputs: ['x', 'scale', 'bias'],
  outputs: ['y', 'mean', 'variance', 'centred'],
  attributes: new Map(),
  forward(build) {
    const axes = build.integers('axes', [0, 2, 3]);
    const shape = build.op('Shape', ['x']);
    const size = build.op('ReduceProd', [build.op('Gather', [shape, axes])], { keepdims: 0 });
    const count = build.op('CastLike', [size, 'x']);
    const sum = build.op('ReduceSum', ['x', axes], { keepdims: 1 });
    const mean = build.op('Squeeze', [build.op('Div', [sum, count]), axes]);
    const zero = build.op('Sub', [mean, mean]);
    const one = build.op('Add', [zero, build.scalar('one', 1)]);
    const centred = build.op('BatchNormalization', ['x', one, zero, mean, one], { epsilon: float(0) });
    const squares = build.op('ReduceSum', [build.op('Mul', [centred, centred]), axes], { keepdims: 0 });
    const variance = build.op('Div', [squares, count]);
    const inputs = [centred, 'scale', 'bias', zero, variance];
    const y = build.op('BatchNormalization', inputs, { epsilon: float(batchNormEpsilon) });
    return [y, mean, variance, centred];
  },
  gradient: batchGradient,
};

function batchGradient(context: GradientContext): (string | undefined)[] {
  const { build, gradient, node } = context;
  const [n, channels, height, width] = context.shapeOf(context.input(0)) as [number, number, number, number];
  const [zeros, ones] = [filled(build, [channels], 0), filled(build, [channels], 1)];
  const [, , variance, centred] = node.outputs as [string, string, string, string];
  const count = n * height * width;
  const others = [0, 2, 3];
  const raised = build.op('Add', [variance, build.scalar('epsilon', batchNormEpsilon)]);
  const inverse = build.op('Reciprocal', [build.op('Sqrt', [raised])]);
  const biasGradient = sumOver(build, gradient, others, false);
  const product = sumOver(build, build.op('Mul', [gradient, centred]), others, false);
  const scaleGradient = build.op('Mul', [product, inverse]);
  return [
    context.wants(0) ? inputGradient() : undefined,
    context.wants(1) ? scaleGradient : undefined,
    context.wants(2) ? biasGradient : undefined,
  ];

  /** dy·a + (x − mean)·b + c with numbers a, b, c of each channel. */
  function inputGradient(): string {
    const a = build.op('Mul', [context.input(1), inverse]);
    const spread = times(build, build.op('Mul', [a, build.op('Mul', [inverse, scaleGradient])]), -1 / count);
    const offset = times(build, build.op('Mul', [a, biasGradient]), -1 / count);
    return build.op('Add', [perChannel(gradient, a, offset), perChannel(centred, spread, zeros)]);
  }

  /** value·factor + offset with a number of each channel: several times as fast as a product that is broadcast. */
  function perChannel(value: string, factor: string, offset: string): string {
    return build.op('BatchNormalization', [value, factor, offset, zeros, ones], { epsilon: float(0) });
  }
}
