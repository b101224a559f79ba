import type { FloatTensor } from '../../graph/float-tensor.ts';
import type { Measurement } from '../../results/tuning-entry.ts';
import type { Judged } from '../../tasks/define-task.ts';
import { taskNamed } from '../../tasks/tasks.ts';
import type { ComparedBatch } from './compared-batch.ts';

/** Measures a network that does not tell classes beside its source network. */
export interface OutputJudge {
  /** @param last the network's output after the last step, as the batch has the source network's */
  add(batch: ComparedBatch, last: Float32Array): void;
  measurement(): Pick<Measurement, 'task' | 'divergence' | 'agreement' | 'top1' | 'sourceTop1'>;
}

/** A judge for the task of these batches; `undefined` where that is to tell classes. */
export function outputJudge(batches: readonly ComparedBatch[]): OutputJudge | undefined {
  const [first] = batches;
  const task = first?.task;
  if (!task || task === 'classification') return undefined;
  const { judge, measure, likeness, quality, divergence } = taskNamed(task);
  const precision = outputPrecision(batches);
  const images: (Judged & { readonly right: readonly number[] })[] = [];
  let [error, nats] = [0, 0];
  return {
    add({ logits, classes, output, targets, suppression }, last) {
      for (let i = 0; i < logits.length; i++) error += (last[i]! - logits[i]!) ** 2;
      const image = (data: Float32Array, i: number): FloatTensor => ({
        shape: output,
        data: data.subarray(i * classes, (i + 1) * classes),
      });
      for (let i = 0; i * classes < logits.length; i++) {
        const [own, source] = [image(last, i), image(logits, i)];
        const target = targets?.[i];
        const right = judge({ own: source, source, target, suppression });
        const judged = judge({ own, source, target, suppression });
        nats += divergence?.(judged) ?? 0;
        images.push({ own: judged, source: right, right });
      }
    },
    measurement() {
      const figures = measure(images);
      const own = quality(figures);
      return {
        task,
        divergence: divergence ? nats / images.length : (precision * error) / (2 * images.length),
        agreement: likeness(figures) ?? 0,
        top1: own,
        sourceTop1:
          own === null ? null : quality(measure(images.map(({ right }) => ({ own: right, source: right })))),
      };
    },
  };
}

/**
 * 1 / (nσ²) for outputs of n numbers an image with variance σ². Numbers of a normal distribution with that variance around the source
 * network's have, per number, the divergence ½ Σ(y − s)² / (nσ²) from those around another network's: what takes the place of
 * the divergence of classes.
 */
export function outputPrecision(batches: readonly ComparedBatch[]): number {
  const size = batches[0]!.classes;
  const [sums, squares] = [new Float64Array(size), new Float64Array(size)];
  let images = 0;
  for (const { logits } of batches) {
    images += logits.length / size;
    for (let i = 0; i < logits.length; i++) {
      sums[i % size]! += logits[i]!;
      squares[i % size]! += logits[i]! ** 2;
    }
  }
  const spread = squares.reduce((sum, square, i) => sum + square / images - (sums[i]! / images) ** 2, 0);
  const power = squares.reduce((sum, square) => sum + square / images, 0);
  // A single image has no spread; then errors are relative to the numbers themselves.
  const scale = spread > 1e-9 * power ? spread : power;
  return scale > 0 ? 1 / scale : 1;
}
