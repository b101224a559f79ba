import { batchNormalisationTraining } from './batch-normalisation-training.ts';
import { softmaxCrossEntropy } from './softmax-cross-entropy.ts';
import {
  coupled,
  coupledAsIs,
  floorStraightThrough,
  roundStraightThrough,
  signStraightThrough,
  stepsStraightThrough,
  stopGradient,
} from './straight-through.ts';
import { surrogates } from './surrogates.ts';
import type { TrainingOperator } from './training-operator.ts';

/** All operators of domain `transpike.training`. */
export const trainingOperators: readonly TrainingOperator[] = [
  stopGradient,
  floorStraightThrough,
  roundStraightThrough,
  signStraightThrough,
  stepsStraightThrough,
  coupled,
  coupledAsIs,
  ...Object.values(surrogates),
  batchNormalisationTraining,
  softmaxCrossEntropy,
];
