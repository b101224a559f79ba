import type { Activation } from '../analysis/activation.ts';
import type { Placement } from '../analysis/placement.ts';
import type { Observer } from '../calibration/observer.ts';
import { type InputBatch, sampleCount } from '../graph/input-batch.ts';
import type { MeasuredSource } from '../sessions/measure-source.ts';
import { type CalibrationBatches, type ObserveOptions, observeSites } from '../sessions/observe-sites.ts';
import { type QuantisationPoint, quantisationPlaces } from './quantisation-places.ts';
import { QuantiserObserver, type QuantiserTable, writeQuantisers } from './quantiser-table.ts';

/** A place that is converted, and the activation function in whose place neurons will stand. */
interface ConvertedPlace extends Placement {
  readonly activation?: Activation;
}

/**
 * Runs a source network on calibration batches and shows the activations of each site to its observer. What the network needs
 * to be quantised later is watched beside them and kept in its metadata, so that every network made from it has it.
 *
 * @param observers by site name
 * @throws ConversionError if an activation is not finite or there is no batch
 */
export async function observeWithQuantisers(
  source: MeasuredSource,
  sites: readonly ConvertedPlace[],
  observers: ReadonlyMap<string, Observer>,
  batches: CalibrationBatches,
  options: ObserveOptions,
): Promise<void> {
  const activations = new Map(sites.map(({ name, activation }) => [name, activation]));
  const { points } = quantisationPlaces(source, sites);
  const own = new Map(
    points.map((point) => [point.name, new QuantiserObserver(point, activations.get(point.name))]),
  );
  const both = [...own].map(([name, observer]): [string, Observer] => {
    const first = observers.get(name);
    return [name, first ? inTurn(first, observer) : observer];
  });
  await observeSites(source, points, new Map(both), batches, options);
  writeQuantisers(source.model, tableOf(own));
}

function inTurn(first: Observer, second: Observer): Observer {
  return {
    observe(values, shape) {
      first.observe(values, shape);
      second.observe(values, shape);
    },
  };
}

/** Quantisers for a source network from one batch of images. */
export async function observeQuantisers(
  source: MeasuredSource,
  points: readonly QuantisationPoint[],
  images: InputBatch,
): Promise<QuantiserTable> {
  const observers = new Map(points.map((point) => [point.name, new QuantiserObserver(point)]));
  await observeSites(source, points, observers, () => [images], { batchSize: sampleCount(images) });
  return tableOf(observers);
}

function tableOf(observers: ReadonlyMap<string, QuantiserObserver>): QuantiserTable {
  return Object.fromEntries([...observers].map(([name, observer]) => [name, observer.finish()]));
}
