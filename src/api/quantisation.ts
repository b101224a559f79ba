/**
 * The source network in as many bits as the spikes carry.
 *
 * @example
 * ```ts
 * import { conversion, methods, openInputs, openNetwork, quantisation } from 'transpike';
 *
 * const network = await openNetwork('vit/');
 * const images = await openInputs(network, 'x.npy');
 * const { model } = await conversion.convert(network.model, {
 *   method: methods.ecmt,
 *   steps: 4,
 *   calibration: () => images.batches(),
 * });
 * const [one] = quantisation.bitWidths(conversion.sitesOf(model), 4);
 * const { points } = quantisation.quantisationPlacesOf(model);
 * const table = quantisation.readQuantisers(model, points);
 * const inBits = await quantisation.quantisedNetwork(model, table, one);
 * console.log(one.steps[0], conversion.sitesOf(inBits).length); // 1 0
 * ```
 *
 * @module
 */
export { type BitWidths, bitWidths } from '../quantisation/bit-widths.ts';
export { quantisationPlacesOf, quantisedNetwork } from '../quantisation/quantised-networks.ts';
export { type QuantiserTable, readQuantisers } from '../quantisation/quantiser-table.ts';
