import { UsageError } from '../errors.ts';
import { stepCount } from '../graph/first-steps.ts';
import type { InputBatch } from '../graph/input-batch.ts';
import type { Model } from '../graph/model.ts';
import { inputsOverTime } from '../spiking/inputs-over-time.ts';

/**
 * The number of steps that inputs over time have; `undefined` where all inputs are constant. The search then has no other T to choose.
 *
 * @throws UsageError if batches have other numbers of steps than are to be run
 */
export function windowOfImages(
  source: Model,
  batches: readonly InputBatch[],
  steps: number,
): number | undefined {
  const names = new Set(inputsOverTime(source).keys());
  const lengths = batches.map((batch) => stepCount(batch, names));
  const other = lengths.find((length) => length !== undefined && length !== steps);
  if (other === undefined) return lengths[0];
  throw new UsageError({
    where: `inputs over time '${[...names].join("', '")}'`,
    expected: `as many steps as are tuned for, ${steps}: T is that of the data`,
    got: `${other}`,
    remedy: `Tune for ${other} steps, or give other data`,
    means: ['steps'],
  });
}
