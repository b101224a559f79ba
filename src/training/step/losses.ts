import { softmaxCrossEntropy } from '../../differentiation/operators/softmax-cross-entropy.ts';
import { addTrainingOperator } from '../../differentiation/operators/training-operator.ts';
import type { GraphBuilder } from '../../graph/graph-builder.ts';

/** Appends a loss of predictions [N, …] against targets of the same shape; returns a float32 scalar. */
export type Loss = (build: GraphBuilder, predictions: string, targets: string) => string;

/** All losses, by name: `cross-entropy` of softmax with target shares, `mse` mean squared error. */
export const losses = {
  'cross-entropy': (build, predictions, targets) =>
    addTrainingOperator(build, softmaxCrossEntropy, [predictions, targets], {}, { name: 'loss' }),
  mse: (build, predictions, targets) => {
    const difference = build.op('Sub', [predictions, targets]);
    const squares = build.op('Mul', [difference, difference]);
    return build.op('ReduceMean', [squares], { keepdims: 0 }, { name: 'loss' });
  },
} as const satisfies Record<string, Loss>;

/** Name of a loss. */
export type LossName = keyof typeof losses;
