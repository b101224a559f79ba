import { type SourceStructure, structureOf } from '../analysis/source-structure.ts';
import { ConversionError } from '../errors.ts';
import type { Model } from '../graph/model.ts';
import { mustExist } from '../look-up.ts';
import type { Quantiser } from '../quantisers/quantiser.ts';
import { readWeights } from '../quantisers/read-weights.ts';
import { type Site, sitesOf } from '../spiking/neuron-node.ts';
import { toSourceForm } from '../spiking/spiking-form.ts';
import type { BitWidths } from './bit-widths.ts';
import { type QuantisationPlaces, quantisationPlaces } from './quantisation-places.ts';
import { quantiseSource } from './quantise-source.ts';
import type { QuantiserTable } from './quantiser-table.ts';

/** Where the source network of a spiking model is quantised: where its neurons stand. */
export function quantisationPlacesOf(spiking: Model): QuantisationPlaces {
  return placesAt(structureOf(toSourceForm(spiking)), sitesOf(spiking));
}

/** Where a source network is quantised when neurons stand at these sites. */
export function placesAt(source: SourceStructure, sites: readonly Site[]): QuantisationPlaces {
  return quantisationPlaces(
    source,
    sites.map((site) => ({ ...site, value: site.carried })),
  );
}

/** The source network of a spiking model with the bits that its spikes carry. */
export async function quantisedNetwork(
  spiking: Model,
  table: QuantiserTable,
  width: Pick<BitWidths, 'bits'>,
): Promise<Model> {
  const networks = quantisedNetworks(structureOf(toSourceForm(spiking)), sitesOf(spiking), table, [width]);
  return mustExist((await networks.next()).value ?? undefined, 'quantised network');
}

/**
 * The source network with the bits that spikes carry, once for each of the widths, one after the other: what they have in common is
 * found once.
 *
 * @param sites where neurons stand
 */
export async function* quantisedNetworks(
  source: SourceStructure,
  sites: readonly Site[],
  table: QuantiserTable,
  widths: readonly Pick<BitWidths, 'bits'>[],
): AsyncGenerator<Model, undefined> {
  const places = placesAt(source, sites);
  const weights = await readWeights(source);
  for (const { bits } of widths) {
    const quantisers = new Map(
      places.points.map(({ name }) => [name, quantiserOf(table, name, bits[name] ?? 8)]),
    );
    yield quantiseSource(source.model, places, weights, quantisers, bits);
  }
  return undefined;
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
