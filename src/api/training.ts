/**
 * Training on ONNX Runtime: differentiation, training operators, optimisers, recipes, and runs that resume.
 *
 * @example
 * ```ts
 * import { training } from 'transpike';
 *
 * const cosine = { kind: 'cosine', learningRate: 0.1, warmupSteps: 0, final: 0 };
 * console.log(training.learningRateAt(cosine, 50, 100).toFixed(3)); // 0.050
 * console.log(Object.keys(training.optimisers).includes('sgd')); // true
 * ```
 *
 * @module
 */
export { type Differentiated, differentiate } from '../differentiation/differentiate.ts';
export {
  floorStraightThrough,
  roundStraightThrough,
  stopGradient,
} from '../differentiation/operators/straight-through.ts';
export { type SurrogateName, surrogates } from '../differentiation/operators/surrogates.ts';
export {
  addTrainingOperator,
  carryTrainingOperators,
  type TrainingOperator,
} from '../differentiation/operators/training-operator.ts';
export { trainingOperators } from '../differentiation/operators/training-operators.ts';
export {
  type UnrolledModel,
  type UnrollOptions,
  unrollSpiking,
} from '../finetuning/unrolled/unroll-spiking.ts';
export {
  type PresentedWindow,
  type UnrolledWindow,
  type UnrollWindowOptions,
  unrollWindow,
} from '../finetuning/unrolled/unroll-window.ts';
export { defineNetwork, type NetworkKind } from '../training/networks/define-network.ts';
export { networks } from '../training/networks/networks.ts';
export { useQcfs } from '../training/networks/use-qcfs.ts';
export { defineOptimiser, type Optimiser } from '../training/optimisers/define-optimiser.ts';
export { type OptimiserName, optimisers } from '../training/optimisers/optimisers.ts';
export { type LearningRateSchedule, learningRateAt } from '../training/recipe/learning-rate-schedule.ts';
export { loadRecipe } from '../training/recipe/load-recipe.ts';
export type { Recipe, RecipeInput } from '../training/recipe/recipe.ts';
export { runTraining, train } from '../training/run/train.ts';
export type { TrainingEvent, TrainingResult, TrainOptions } from '../training/run/train-options.ts';
export type { EpochRecord } from '../training/run/training-checkpoint.ts';
export type { Surrogate, SurrogateInput } from '../training/spiking/surrogate-slopes.ts';
export {
  buildTrainingStep,
  type TrainingStep,
  type TrainingStepOptions,
} from '../training/step/build-training-step.ts';
export { type LossName, losses } from '../training/step/losses.ts';
export type { TrainableNetwork } from '../training/step/trainable-network.ts';
export { type StepOutcome, type TrainingBatch, TrainingSession } from '../training/step/training-session.ts';
