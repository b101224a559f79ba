/** Training on ONNX Runtime: differentiation, training operators, optimisers, recipes, and runs that resume. */
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
export { type LifOptions, unrollLif } from '../differentiation/operators/unroll-lif.ts';
export { defineNetwork, type NetworkKind } from './networks/define-network.ts';
export { networks } from './networks/networks.ts';
export { useQcfs } from './networks/use-qcfs.ts';
export { defineOptimiser, type Optimiser } from './optimisers/define-optimiser.ts';
export { type OptimiserName, optimisers } from './optimisers/optimisers.ts';
export { type LearningRateSchedule, learningRateAt } from './recipe/learning-rate-schedule.ts';
export { loadRecipe } from './recipe/load-recipe.ts';
export type { Recipe, RecipeInput } from './recipe/recipe.ts';
export { runTraining, train } from './run/train.ts';
export type { TrainingEvent, TrainingResult, TrainOptions } from './run/train-options.ts';
export type { EpochRecord } from './run/training-checkpoint.ts';
export {
  buildTrainingStep,
  type TrainingStep,
  type TrainingStepOptions,
} from './step/build-training-step.ts';
export { type LossName, losses } from './step/losses.ts';
export type { TrainableNetwork } from './step/trainable-network.ts';
export { type StepOutcome, type TrainingBatch, TrainingSession } from './step/training-session.ts';
