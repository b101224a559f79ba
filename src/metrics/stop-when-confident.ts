import type { FloatTensor } from '../graph/float-tensor.ts';
import { classRows } from './class-rows.ts';
import { confidenceOfRows } from './confidence.ts';
import { exitStep } from './early-exit.ts';

/** Logits of images that stop by themselves. */
export interface StoppedLogits {
  /** [T, N, classes]: from the step at which an image stops on, its logits stay as they are. */
  readonly logits: FloatTensor;
  /** The step at which each image stops, counted from 1; T for those that never reach the confidence. */
  readonly exits: readonly number[];
  /** Images that reach the confidence, after the last step at the latest. */
  readonly confident: number;
}

/**
 * Lets each image stop at the first step whose confidence reaches a threshold. The logits of all steps are needed: this says
 * what stopping gives, it saves no time.
 *
 * @param logits running-mean logits [T, N, classes]
 * @param threshold confidence in [0, 1], see {@link confidenceOfRows}
 */
export function stopWhenConfident({ shape, data }: FloatTensor, threshold: number): StoppedLogits {
  const [steps, images] = shape as [number, number];
  const rows = classRows({ shape, data }, 2);
  const classes = rows.shape[1]!;
  const confidence = confidenceOfRows(rows);
  const exits = Array.from({ length: images }, (_, n) =>
    exitStep(
      Array.from({ length: steps }, (_, t) => confidence[t * images + n]!),
      threshold,
    ),
  );
  const held = data.slice();
  for (const [n, exit] of exits.entries()) {
    const from = ((exit - 1) * images + n) * classes;
    const answer = data.subarray(from, from + classes);
    for (let t = exit; t < steps; t++) held.set(answer, (t * images + n) * classes);
  }
  const confident = exits.filter((exit, n) => confidence[(exit - 1) * images + n]! >= threshold).length;
  return { logits: { shape, data: held }, exits, confident };
}
