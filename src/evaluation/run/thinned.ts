import { type TaskName, taskNamed } from '../../tasks/tasks.ts';
import type { ImageAnswers } from './batch-outcome.ts';

/** Images that keep all numbers of their judgements, about. */
const sample = 1000;

/**
 * What is written down of an image: all judgements in full, or where a task has many numbers an image, for a sample of images only. An
 * image belongs to the sample by its id alone, in whatever order images are evaluated.
 *
 * @param total number of images of the run
 */
export function thinned(answers: ImageAnswers, id: string, total: number, task: TaskName): ImageAnswers {
  const { head } = taskNamed(task);
  if (head === undefined || hash(id) * total < sample) return answers;
  const cut = (judgement: readonly number[]) => judgement.slice(0, head);
  const { source, steps, quantised } = answers;
  return {
    ...answers,
    source: cut(source),
    steps: steps.map(cut),
    ...(quantised && { quantised: quantised.map(cut) }),
  };
}

/** A number in [0, 1) that is spread evenly over texts (FNV-1a, its bits mixed once more). */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  value = Math.imul(value ^ (value >>> 16), 0x7feb352d);
  value = Math.imul(value ^ (value >>> 15), 0x846ca68b);
  return ((value ^ (value >>> 16)) >>> 0) / 2 ** 32;
}
