import type { Placement } from '../analysis/placement.ts';
import type { Observer } from '../calibration/observer.ts';
import { ConversionError } from '../errors.ts';
import { firstNonFinite } from '../first-non-finite.ts';
import { type InputBatch, sampleCount } from '../graph/input-batch.ts';
import { sizeOf } from '../graph/shape.ts';
import { lookUp } from '../look-up.ts';
import { inputsOverTime } from '../spiking/inputs-over-time.ts';
import { overAllSteps } from '../spiking/over-all-steps.ts';
import { exposeValues } from './expose-values.ts';
import { groupByMemory } from './group-by-memory.ts';
import type { MeasuredSource } from './measure-source.ts';
import { OrtSession } from './ort-session.ts';

/** Calibration inputs, batch by batch; called once for each group of sites, and must give the same batches again. */
export type CalibrationBatches = () => AsyncIterable<InputBatch> | Iterable<InputBatch>;

/** Options of {@link observeSites}. */
export interface ObserveOptions {
  threads?: number;
  /** Largest batch that will come; decides how many sites are observed at once. */
  batchSize: number;
  /** Called after every batch. */
  onBatch?: (done: { group: number; groups: number; images: number }) => void;
}

/**
 * Runs the source network on calibration batches and shows each site's activations to its observer. Memory is
 * bounded whatever the number of images. Of inputs over time the network sees what it sees at each step, one row after another.
 *
 * @throws ConversionError if an activation is not finite or there is no batch
 */
export async function observeSites(
  { model: source, shapes }: MeasuredSource,
  sites: readonly Placement[],
  observers: ReadonlyMap<string, Observer>,
  batches: CalibrationBatches,
  { threads = 1, batchSize, onBatch }: ObserveOptions,
): Promise<void> {
  const model = overAllSteps(source);
  const steps = Math.max(1, ...[...inputsOverTime(source).keys()].map((name) => shapes.get(name)?.[1] ?? 1));
  const groups = groupByMemory(
    sites,
    ({ value }) => 4 * batchSize * steps * sizeOf(lookUp(shapes, value, 'shape of value')),
  );
  for (const [group, members] of groups.entries()) {
    const session = await OrtSession.create(
      exposeValues(
        model,
        members.map(({ value }) => value),
        false,
      ),
      { threads },
    );
    try {
      let images = 0;
      for await (const batch of batches()) {
        const outputs = await session.run(batch);
        for (const { name, value } of members) {
          const { data, shape } = lookUp(outputs, value, 'output');
          const values = data as Float32Array;
          requireFinite(values, name, images);
          lookUp(observers, name, 'observer of site').observe(values, shape);
        }
        images += sampleCount(batch);
        onBatch?.({ group, groups: groups.length, images });
      }
      if (images === 0) throw noImages();
    } finally {
      await session.release();
    }
  }
}

function requireFinite(values: Float32Array, site: string, imagesBefore: number): void {
  const at = firstNonFinite(values);
  if (at < 0) return;
  throw new ConversionError({
    where: `site '${site}'`,
    expected: 'finite activations',
    got: `${values[at]} in the batch after calibration image ${imagesBefore}`,
    remedy: 'Check the preprocessing, and that the source network gives finite numbers on these inputs',
  });
}

function noImages(): ConversionError {
  return new ConversionError({
    where: 'calibration',
    expected: 'at least one image',
    got: 'none',
    remedy: 'Give calibration data',
    means: ['calibration'],
  });
}
