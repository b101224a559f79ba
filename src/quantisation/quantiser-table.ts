import { z } from 'zod';
import { type Activation, activate } from '../analysis/activation.ts';
import { ActivationHistogram } from '../calibration/activation-histogram.ts';
import type { Observer } from '../calibration/observer.ts';
import type { Model } from '../graph/model.ts';
import { fitQuantiser, type Quantiser } from '../quantisers/quantiser.ts';
import { bitRange } from './bit-widths.ts';
import type { QuantisationPoint } from './quantisation-places.ts';

/** Quantisers by name of the point: of all widths from 2 to 8 bits at a spike site, of 8 bits elsewhere. */
export type QuantiserTable = Readonly<Record<string, readonly Quantiser[]>>;

/** Key of the table among a model's `metadata_props`. */
const metadataKey = 'transpike.quantisers';

const schema = z.record(
  z.string(),
  z.array(z.tuple([z.int().min(bitRange.fewest).max(bitRange.most), z.number().positive(), z.int()])),
);

/** Watches the activations of one point and then says how they are best quantised. */
export class QuantiserObserver implements Observer {
  readonly #histogram = new ActivationHistogram();
  readonly #site: boolean;
  readonly #activation: Activation;

  /** @param activation applied to what is observed before it is quantised */
  constructor({ site }: Pick<QuantisationPoint, 'site'>, activation: Activation = { kind: 'identity' }) {
    this.#site = site;
    this.#activation = activation;
  }

  observe(values: Float32Array): void {
    this.#histogram.observe(values);
  }

  finish(): Quantiser[] {
    const values = this.#histogram
      .values()
      .map(({ value, count }) => ({ value: activate(this.#activation, value), count }));
    const { fewest, most } = bitRange;
    const widths = Array.from({ length: most - fewest + 1 }, (_, i) => fewest + i);
    return widths.filter((bits) => this.#site || bits === most).map((bits) => fitQuantiser(values, bits));
  }
}

/** Keeps a table in a spiking model. */
export function writeQuantisers(model: Model, table: QuantiserTable): void {
  const plain = Object.entries(table).map(([name, quantisers]) => [
    name,
    quantisers.map(({ bits, scale, zeroPoint }) => [bits, Number(scale.toPrecision(7)), zeroPoint]),
  ]);
  model.metadata.set(metadataKey, JSON.stringify(Object.fromEntries(plain)));
}

/** The table of a spiking model, if it has one that holds all of these points. */
export function readQuantisers(
  model: Model,
  points: readonly QuantisationPoint[],
): QuantiserTable | undefined {
  const table = parse(model.metadata.get(metadataKey));
  return table && points.every(({ name }) => name in table) ? table : undefined;
}

function parse(text: string | undefined): QuantiserTable | undefined {
  if (text === undefined) return undefined;
  try {
    const plain = schema.parse(JSON.parse(text));
    return Object.fromEntries(
      Object.entries(plain).map(([name, quantisers]) => [
        name,
        quantisers.map(([bits, scale, zeroPoint]) => ({ bits, scale, zeroPoint })),
      ]),
    );
  } catch {
    return undefined;
  }
}
