import { softmaxCrossEntropy } from '../../differentiation/operators/softmax-cross-entropy.ts';
import { addTrainingOperator } from '../../differentiation/operators/training-operator.ts';
import type { GraphBuilder } from '../../graph/graph-builder.ts';
import { cellLoss, foundCells } from './cell-loss.ts';

/** Appends a loss of predictions [N, …] against targets of the same shape; returns a float32 scalar. */
export type Loss = (build: GraphBuilder, predictions: string, targets: string) => string;

/**
 * All losses, by name: `cross-entropy` of softmax with target shares, `interval-cross-entropy` its mean over the intervals of
 * [N, intervals, classes], `mse` mean squared error, `nmse` squared errors of the whole batch
 * over the squares of its targets, `boxes` the sum of what {@link cellLoss} makes of [N, intervals, cells, 4 + classes].
 */
export const losses = {
  'cross-entropy': (build, predictions, targets) =>
    addTrainingOperator(build, softmaxCrossEntropy, [predictions, targets], {}, { name: 'loss' }),
  'interval-cross-entropy': (build, predictions, targets) => {
    const rows = (value: string) => build.op('Flatten', [value], { axis: 2 });
    const inputs = [rows(predictions), rows(targets)];
    return addTrainingOperator(build, softmaxCrossEntropy, inputs, {}, { name: 'loss' });
  },
  boxes: cellLoss,
  mse: (build, predictions, targets) => {
    const difference = build.op('Sub', [predictions, targets]);
    const squares = build.op('Mul', [difference, difference]);
    return build.op('ReduceMean', [squares], { keepdims: 0 }, { name: 'loss' });
  },
  nmse: (build, predictions, targets) => {
    const errors = sumOfSquares(build, build.op('Sub', [predictions, targets]));
    return build.op('Div', [errors, guarded(build, sumOfSquares(build, targets))], {}, { name: 'loss' });
  },
} as const satisfies Record<string, Loss>;

/** Appends how right each row of predictions [N, …] is, from 0 to 1: [N]. Whether the largest output is at the largest target. */
const largestIsRight: Loss = (build, predictions, targets) => {
  const largest = (value: string) => build.op('ArgMax', [value], { axis: -1, keepdims: 0 });
  const same = build.op('Equal', [largest(predictions), largest(targets)]);
  return build.op('Cast', [same], { to: 1 }, { name: 'hits' });
};

/** Whether the sum over all intervals is largest at the target. */
const largestOfAll: Loss = (build, predictions, targets) => {
  const sum = (value: string) => build.op('ReduceSum', [value, build.integers('time', [1])], { keepdims: 0 });
  return largestIsRight(build, sum(predictions), sum(targets));
};

/** The share of each row's squares that the predictions explain, 1 − NMSE. */
const explainedShare: Loss = (build, predictions, targets) => {
  const rows = (value: string) => sumOfSquares(build, build.op('Flatten', [value], { axis: 1 }), [1]);
  const errors = rows(build.op('Sub', [predictions, targets]));
  const share = build.op('Div', [errors, guarded(build, rows(targets))]);
  return build.op('Sub', [build.scalar('one', 1), share], {}, { name: 'hits' });
};

/** How right a prediction is, by the name of the loss. */
export const hits: Readonly<Record<keyof typeof losses, Loss>> = {
  'cross-entropy': largestIsRight,
  'interval-cross-entropy': largestOfAll,
  boxes: foundCells,
  mse: largestIsRight,
  nmse: explainedShare,
};

function sumOfSquares(build: GraphBuilder, value: string, axes?: readonly number[]): string {
  const along = axes ? [build.integers('axes', axes)] : [];
  return build.op('ReduceSum', [build.op('Mul', [value, value]), ...along], { keepdims: 0 });
}

/** Targets may be all zeros. */
function guarded(build: GraphBuilder, value: string): string {
  return build.op('Add', [value, build.scalar('tiny', 1e-12)]);
}

/** Name of a loss. */
export type LossName = keyof typeof losses;
