import type { Activation } from '../analysis/activation.ts';
import type { Placement } from '../analysis/placement.ts';
import type { Observer } from '../calibration/observer.ts';
import { type FloatTensor, imageCount } from '../graph/float-tensor.ts';
import type { Graph } from '../graph/graph.ts';
import type { Model } from '../graph/model.ts';
import { observeSites } from '../sessions/observe-sites.ts';
import { toSourceForm } from '../spiking/spiking-form.ts';
import { quantisationPlaces } from './quantisation-places.ts';
import { quantisationPlacesOf } from './quantised-networks.ts';
import { QuantiserObserver, type QuantiserTable } from './quantiser-table.ts';

/** A place that is converted, and the activation function in whose place neurons will stand. */
interface ConvertedPlace extends Placement {
  readonly activation?: Activation;
}

/** What to watch during calibration so that the source network can be quantised later. */
export class QuantiserCalibration {
  /** Activations to watch beside the sites. */
  readonly others: readonly Placement[];
  readonly #observers: ReadonlyMap<string, QuantiserObserver>;

  constructor(graph: Graph, sites: readonly ConvertedPlace[]) {
    const activations = new Map(sites.map(({ name, activation }) => [name, activation]));
    const { points } = quantisationPlaces(graph, sites);
    this.others = points.filter(({ site }) => !site);
    this.#observers = new Map(
      points.map((point) => [point.name, new QuantiserObserver(point, activations.get(point.name))]),
    );
  }

  /** The given observers with those for quantisation behind them. */
  beside(observers: ReadonlyMap<string, Observer>): Map<string, Observer> {
    return new Map(
      [...this.#observers].map(([name, own]) => {
        const other = observers.get(name);
        return [name, other ? inTurn(other, own) : own];
      }),
    );
  }

  finish(): QuantiserTable {
    return Object.fromEntries([...this.#observers].map(([name, observer]) => [name, observer.finish()]));
  }
}

function inTurn(first: Observer, second: Observer): Observer {
  return {
    observe(values, shape) {
      first.observe(values, shape);
      second.observe(values, shape);
    },
  };
}

/** Quantisers for the source network of a spiking model from one batch of images. */
export async function observeQuantisers(spiking: Model, images: FloatTensor): Promise<QuantiserTable> {
  const source = toSourceForm(spiking);
  const { points } = quantisationPlacesOf(spiking, source);
  const observers = new Map(points.map((point) => [point.name, new QuantiserObserver(point)]));
  await observeSites(source, points, observers, () => [images], { batchSize: imageCount(images) });
  return Object.fromEntries([...observers].map(([name, observer]) => [name, observer.finish()]));
}
