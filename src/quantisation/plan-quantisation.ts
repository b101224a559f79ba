import type { Batch } from '../data/load-batch.ts';
import { tensorsOf } from '../formats/onnx/encode-model.ts';
import type { Model } from '../graph/model.ts';
import type { ComparedNetwork } from '../sessions/compared-network.ts';
import type { SpikingNetwork } from '../spiking/network-kind.ts';
import { type BitWidths, bitWidths } from './bit-widths.ts';
import { observeQuantisers } from './observe-quantisers.ts';
import { placesAt } from './quantised-networks.ts';
import { type QuantiserTable, readQuantisers } from './quantiser-table.ts';

/** Quantised source networks to evaluate beside a spiking one. Plain data: it travels to worker threads. */
export interface QuantisationPlan {
  /** Where the clip ranges come from: calibration images of the conversion, or the first images of the evaluation. */
  readonly ranges: 'conversion' | 'first batch';
  readonly table: QuantiserTable;
  /** Bits by site, one entry for each network. */
  readonly widths: readonly BitWidths[];
  /** By synaptic operator, the sites whose bits its weights have; none for 8 bits. */
  readonly sitesBefore: Readonly<Record<string, readonly string[]>>;
}

/** Images that clip ranges are taken from where the model has none. */
export const rangeImages = 8;

/** Weights in bytes above which no quantised networks are made: each of them is one more copy in every worker. */
const mostWeightBytes = 2 ** 30;

/** How many quantised networks there are beside a spiking one; none where it is too large. */
export function quantisedCount({ model, sites }: SpikingNetwork, steps: number): number {
  return isTooLarge(model) ? 0 : bitWidths(sites, steps).length;
}

function isTooLarge({ graph }: Model): boolean {
  return [...tensorsOf(graph)].reduce((sum, { size }) => sum + 4 * size, 0) > mostWeightBytes;
}

/**
 * Plans the equal-bit quantised networks of a spiking model. The clip ranges are the model's own; a model without them
 * takes them from the first images.
 *
 * @param first gives the first images, if there are any
 * @returns undefined if there are no images, or the network is too large
 */
export async function planQuantisation(
  { model, steps, sites, source }: ComparedNetwork,
  first: () => Promise<Batch | undefined>,
  onWarning: (message: string) => void,
): Promise<QuantisationPlan | undefined> {
  if (isTooLarge(model)) {
    onWarning('the equal-bit quantised network is left out: its weights are one more copy in each worker');
    return undefined;
  }
  const widths = bitWidths(sites, steps);
  const { points, operators } = placesAt(source, sites);
  const sitesBefore = Object.fromEntries(operators.map(({ operator, sites }) => [operator.node.name, sites]));
  const table = readQuantisers(model, points);
  if (table) return { ranges: 'conversion', table, widths, sitesBefore };
  const batch = await first();
  return (
    batch && {
      ranges: 'first batch',
      table: await observeQuantisers(source, points, batch),
      widths,
      sitesBefore,
    }
  );
}
