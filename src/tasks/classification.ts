import { sizeOf } from '../graph/shape.ts';
import { classRows } from '../metrics/class-rows.ts';
import type { Proportion } from '../metrics/proportion.ts';
import { type StepMetrics, stepMetrics } from '../metrics/step-metrics.ts';
import { topClasses } from '../metrics/top-classes.ts';
import type { Figure } from '../results/task-result.ts';
import { defineTask } from './define-task.ts';

/** How many best classes are kept of each image. */
const keptClasses = 5;

/** Networks whose output is a score for each class: one class an image. A judgement is the best five classes, best first. */
export const classification = defineTask({
  name: 'classification',
  summary: 'scores of classes, [N, classes] or [N, classes, 1, 1]',
  recognises: isRow,
  fits: isRow,
  judge: ({ own }) => {
    const { data } = classRows({ shape: [1, ...own.shape], data: own.data }, 1);
    return topClasses(data, keptClasses);
  },
  distribution: sizeOf,
  measure(images) {
    const predictions = images.map(({ own, source, label }) => ({ id: '', label, source, steps: [own] }));
    const [{ top1, top5, agreement } = {} as Partial<StepMetrics>] = stepMetrics(predictions);
    return { top1: figure(top1), top5: figure(top5), agreement: figure(agreement) };
  },
  figures: {
    top1: { title: 'top-1', meaning: 'the label is the best class', against: 'target', percent: true },
    top5: { title: 'top-5', meaning: 'the label is among the best five', against: 'target', percent: true },
    agreement: {
      title: 'agreement',
      meaning: 'the best class is the source network’s',
      against: 'source',
      percent: true,
    },
  },
  quality: ({ top1 }) => top1.value,
  likeness: ({ agreement }) => agreement.value,
  names: { quality: 'top-1', likeness: 'agreement' },
});

/** One axis longer than 1. */
function isRow(image: readonly number[]): boolean {
  return image.filter((length) => length !== 1).length === 1 && !image.includes(0);
}

function figure(proportion: Proportion | undefined): Figure {
  return { value: proportion?.value ?? null, interval: proportion?.interval ?? null };
}
