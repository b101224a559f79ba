import type { ImageRecord } from '../results/batch-record.ts';
import { type Proportion, proportion } from './proportion.ts';

/** What the source network and the spiking one said about one image: best five classes, best first. */
export type Prediction = Pick<ImageRecord, 'id' | 'label' | 'source' | 'steps'>;

/** Quality after one time-step. */
export interface StepMetrics {
  /** Time-step, counted from 1. */
  readonly t: number;
  /** Share of labelled images whose label is the best class. Absent without labels. */
  readonly top1?: Proportion;
  /** Share of labelled images whose label is among the best five. Absent without labels. */
  readonly top5?: Proportion;
  /** Share of images with the same best class as the source network. */
  readonly agreement: Proportion;
}

/** Accuracy of the source network. */
export interface SourceMetrics {
  readonly top1?: Proportion;
  readonly top5?: Proportion;
}

/** Accuracy of the source network on these images. */
export function sourceMetrics(predictions: readonly Prediction[]): SourceMetrics {
  return accuracies(predictions, ({ source }) => source);
}

/** Accuracy and agreement after every time-step. */
export function stepMetrics(predictions: readonly Prediction[]): StepMetrics[] {
  const steps = predictions[0]?.steps.length ?? 0;
  return Array.from({ length: steps }, (_, i) => ({
    t: i + 1,
    ...accuracies(predictions, (prediction) => prediction.steps[i]!),
    agreement: proportion(predictions, (prediction) => prediction.steps[i]![0] === prediction.source[0]),
  }));
}

function accuracies(
  predictions: readonly Prediction[],
  classes: (prediction: Prediction) => readonly number[],
) {
  const labelled = predictions.flatMap((each) =>
    each.label === undefined ? [] : [{ label: each.label, classes: classes(each) }],
  );
  if (labelled.length === 0) return {};
  return {
    top1: proportion(labelled, (each) => each.classes[0] === each.label),
    top5: proportion(labelled, (each) => each.classes.includes(each.label)),
  };
}
