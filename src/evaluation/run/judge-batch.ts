import { type FloatTensor, sliceImages } from '../../graph/float-tensor.ts';
import { sampleCount } from '../../graph/input-batch.ts';
import { outputSums } from '../../metrics/output-error.ts';
import { type TaskName, taskNamed } from '../../tasks/tasks.ts';
import type { Answers } from './answering-network.ts';
import type { EvaluatedBatch, ImageAnswers } from './batch-outcome.ts';

/** What all networks answer to a batch. */
export interface BatchAnswers {
  readonly source: Answers;
  readonly quantised: readonly Answers[];
  /** Of the spiking network after each time-step; empty for a network that does not spike. */
  readonly steps: readonly Answers[];
  /** Of detections: overlap above which two boxes of a class are one object. */
  readonly suppression?: number | undefined;
}

/** Judges each network on each image. @throws DataError if a target does not fit the output */
export function judgeBatch(
  task: TaskName,
  { source, quantised, steps, suppression }: BatchAnswers,
  batch: EvaluatedBatch,
): Omit<ImageAnswers, 'confidence'>[] {
  const { judge } = taskNamed(task);
  const { targets } = batch;
  const images = sampleCount(batch);
  return Array.from({ length: images }, (_, i) => {
    const right = imageOf(source.decisive, i);
    const judged = ({ decisive }: Answers) =>
      judge({ own: imageOf(decisive, i), source: right, target: targets?.[i], suppression });
    const others = source.others.map((like, k) =>
      steps.map((step) => [...outputSums(numbersOf(step.others[k]!, i, images), numbersOf(like, i, images))]),
    );
    return {
      source: judged(source),
      steps: steps.map(judged),
      ...(quantised.length > 0 && { quantised: quantised.map(judged) }),
      ...(others.length > 0 && steps.length > 0 && { others }),
    };
  });
}

function imageOf(batch: FloatTensor, i: number): FloatTensor {
  const { shape, data } = sliceImages(batch, i, i + 1);
  return { shape: shape.slice(1), data };
}

/** The numbers of an image; all of an output without a batch, such as a table that the network hands out. */
function numbersOf(output: FloatTensor, i: number, images: number): FloatTensor['data'] {
  return output.shape[0] === images ? imageOf(output, i).data : output.data;
}
