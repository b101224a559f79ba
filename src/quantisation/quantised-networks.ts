import { ConversionError } from '../errors.ts';
import type { Model } from '../graph/model.ts';
import { sitesOf } from '../spiking/neuron-node.ts';
import { toSourceForm } from '../spiking/spiking-form.ts';
import type { BitWidths } from './bit-widths.ts';
import { type QuantisationPlaces, quantisationPlaces } from './quantisation-places.ts';
import { quantiseSource } from './quantise-source.ts';
import type { Quantiser } from './quantiser.ts';
import type { QuantiserTable } from './quantiser-table.ts';

/** Where the source network of a spiking model is quantised: where its neurons stand. */
export function quantisationPlacesOf(
  spiking: Model,
  source: Model = toSourceForm(spiking),
): QuantisationPlaces {
  const placed = sitesOf(spiking).map((site) => ({ ...site, value: site.carried }));
  return quantisationPlaces(source.graph, placed);
}

/** The source network of a spiking model with the bits that its spikes carry. */
export async function quantisedNetwork(
  spiking: Model,
  table: QuantiserTable,
  { bits }: Pick<BitWidths, 'bits'>,
): Promise<Model> {
  const source = toSourceForm(spiking);
  const places = quantisationPlacesOf(spiking, source);
  const quantisers = new Map(
    places.points.map(({ name }) => [name, quantiserOf(table, name, bits[name] ?? 8)]),
  );
  return quantiseSource(source, places, quantisers, bits);
}

function quantiserOf(table: QuantiserTable, name: string, bits: number): Quantiser {
  const found = table[name]?.find((each) => each.bits === bits);
  if (found) return found;
  throw new ConversionError({
    where: `activation '${name}'`,
    expected: `a clip range for ${bits} bits`,
    got: 'none in the model',
    remedy: 'Convert the source network again, or leave the quantised ones out',
    means: ['convert', 'quantised'],
  });
}
