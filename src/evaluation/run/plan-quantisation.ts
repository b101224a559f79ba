import type { Batch } from '../../data/load-batch.ts';
import { tensorsOf } from '../../formats/onnx/encode-model.ts';
import { type BitWidths, bitWidths } from '../../quantisation/bit-widths.ts';
import { observeQuantisers } from '../../quantisation/observe-quantisers.ts';
import { quantisationPlacesOf } from '../../quantisation/quantised-networks.ts';
import { type QuantiserTable, readQuantisers } from '../../quantisation/quantiser-table.ts';
import type { SpikingNetwork } from '../../spiking/network-kind.ts';
import { sitesOf } from '../../spiking/neuron-node.ts';

/** Quantised source networks to evaluate beside a spiking one. Plain data: it travels to worker threads. */
export interface QuantisationPlan {
  /** Where the clip ranges come from: calibration images of the conversion, or the first batch of the evaluation. */
  readonly ranges: 'conversion' | 'first batch';
  readonly table: QuantiserTable;
  /** Bits by site, one entry for each network. */
  readonly widths: readonly BitWidths[];
}

/** Weights in bytes above which no quantised networks are made: each of them is one more copy in every worker. */
const mostWeightBytes = 2 ** 30;

/**
 * Plans the equal-bit quantised networks of a spiking model. The clip ranges are the model's own; a model without them
 * takes them from the first batch.
 *
 * @param first gives the first batch, if there is one
 * @returns undefined if there are no images, or the network is too large
 */
export async function planQuantisation(
  { model, steps }: SpikingNetwork,
  first: () => Promise<Batch | undefined>,
  onWarning: (message: string) => void,
): Promise<QuantisationPlan | undefined> {
  const bytes = [...tensorsOf(model.graph)].reduce((sum, { size }) => sum + 4 * size, 0);
  if (bytes > mostWeightBytes) {
    onWarning('the equal-bit quantised network is left out: its weights are one more copy in each worker');
    return undefined;
  }
  const widths = bitWidths(sitesOf(model), steps);
  const table = readQuantisers(model, quantisationPlacesOf(model).points);
  if (table) return { ranges: 'conversion', table, widths };
  const batch = await first();
  return batch && { ranges: 'first batch', table: await observeQuantisers(model, batch), widths };
}
