import { times } from '../gradient-operators.ts';
import type { TrainingOperator } from './training-operator.ts';

/**
 * Cross-entropy of softmax(logits) with target shares: logits [N, classes], targets [N, classes] (each row sums to 1:
 * one-hot, smoothed or soft labels) → scalar −(1/N)·Σ targets·log softmax(logits). Gradient: (softmax(logits) − targets)/N.
 */
export const softmaxCrossEntropy: TrainingOperator = {
  name: 'SoftmaxCrossEntropy',
  doc: 'loss = -mean over rows of sum(targets * log_softmax(logits)); the rows of targets sum to 1. Gradient: (softmax - targets)/rows for the logits, none for the targets.',
  inputs: ['logits', 'targets'],
  outputs: ['loss'],
  attributes: new Map(),
  forward(build) {
    const shares = build.op('LogSoftmax', ['logits'], { axis: -1 });
    const axis = build.integers('axis', [-1]);
    const rows = build.op('ReduceSum', [build.op('Mul', ['targets', shares]), axis], { keepdims: 0 });
    return [build.op('Neg', [build.op('ReduceMean', [rows], { keepdims: 0 })])];
  },
  gradient(context) {
    const { build, gradient } = context;
    const rows = context.shapeOf(context.input(0))[0]!;
    const shares = build.op('Softmax', [context.input(0)], { axis: -1 });
    const difference = build.op('Sub', [shares, context.input(1)]);
    return [build.op('Mul', [difference, times(build, gradient, 1 / rows)]), undefined];
  },
};
