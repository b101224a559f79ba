import { type Proportion, proportion } from './proportion.ts';
import type { Prediction } from './step-metrics.ts';

/** Confidence thresholds of the sweep. */
export const exitThresholds = [0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 0.999] as const;

/** A prediction with the network's confidence after each step. */
export interface ConfidentPrediction extends Prediction {
  /** Largest softmax of the running-mean logits after each time-step. */
  readonly confidence: readonly number[];
}

/** Quality when each image stops at the first step whose confidence reaches a threshold, at the last step otherwise. */
export interface EarlyExitMetrics {
  /** Confidence threshold in [0, 1]. */
  readonly threshold: number;
  /** Time-steps until the answer, mean over the images. */
  readonly meanSteps: number;
  /** Share of images that stop at each step 1…T. */
  readonly exits: readonly number[];
  readonly top1?: Proportion;
  readonly agreement: Proportion;
}

/** Step, counted from 1, at which an image stops. */
export function exitStep(confidence: readonly number[], threshold: number): number {
  const at = confidence.findIndex((value) => value >= threshold);
  return at < 0 ? confidence.length : at + 1;
}

/**
 * Accuracy and agreement when every image stops by itself. All steps were evaluated: this is a measurement of the rule,
 * not of a running time.
 */
export function earlyExit(predictions: readonly ConfidentPrediction[], threshold: number): EarlyExitMetrics {
  const stops = predictions.map(({ confidence }) => exitStep(confidence, threshold));
  const answers = predictions.map((prediction, i) => ({
    ...prediction,
    answer: prediction.steps[stops[i]! - 1]![0],
  }));
  const labelled = answers.filter(({ label }) => label !== undefined);
  const steps = predictions[0]?.steps.length ?? 0;
  return {
    threshold,
    meanSteps: stops.reduce((sum, stop) => sum + stop, 0) / stops.length,
    exits: Array.from(
      { length: steps },
      (_, t) => stops.filter((stop) => stop === t + 1).length / stops.length,
    ),
    ...(labelled.length > 0 && { top1: proportion(labelled, ({ answer, label }) => answer === label) }),
    agreement: proportion(answers, ({ answer, source }) => answer === source[0]),
  };
}
