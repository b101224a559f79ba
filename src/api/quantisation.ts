/**
 * The source network in as many bits as the spikes carry, weights in few bits, and networks trained in few bits.
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
 *
 * const weights = network.model.graph.initializers.get('head.weight');
 * const { codes, scales } = quantisation.quantiseWeights(weights, 0, 4);
 * console.log(codes.dataType, scales.shape.join()); // int8 5,1
 * console.log(quantisation.dequantise({ bits: 4, codes, scales }).size); // 40
 *
 * const parts = { weights: new Map([['head.weight', { bits: 4, codes, scales }]]), activations: new Map() };
 * const { graph } = quantisation.toQdq(network.model, parts);
 * console.log(graph.nodes.filter(({ opType }) => opType === 'DequantizeLinear').length); // 1
 * ```
 *
 * @module
 */
export { type QuantiseEnd, type QuantiseSettings, quantiseNetwork } from '../jobs/quantise-network.ts';
export { type BitWidths, bitWidths } from '../quantisation/bit-widths.ts';
export type { Bits, WeightChoice } from '../quantisation/choose-weights.ts';
export { quantisationPlacesOf, quantisedNetwork } from '../quantisation/quantised-networks.ts';
export { type QuantiserTable, readQuantisers } from '../quantisation/quantiser-table.ts';
export { type QuantisedParts, toQdq } from '../quantisation/to-qdq.ts';
export type { Quantiser } from '../quantisers/quantiser.ts';
export type { RoundingName } from '../quantisers/roundings/roundings.ts';
export {
  dequantise,
  type QuantisedWeights,
  quantiseWeights,
  type WeightRounding,
} from '../quantisers/weight-quantiser.ts';
