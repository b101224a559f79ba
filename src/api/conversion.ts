/**
 * From a model to a spiking model and back, one step below whole networks: on graphs in memory, with calibration
 * data from anywhere.
 *
 * @example
 * ```ts
 * import { conversion, methods, openInputs, openNetwork } from 'transpike';
 *
 * const network = await openNetwork('vit/');
 * const images = await openInputs(network, 'x.npy');
 * const { model, record } = await conversion.convert(network.model, {
 *   method: methods.ecmt,
 *   steps: 4,
 *   calibration: () => images.batches(),
 * });
 * console.log(record.sites.length, conversion.sitesOf(model)[0].neuron.name); // 16 multi-threshold
 * console.log(conversion.sitesOf(conversion.toSourceForm(model)).length); // 0
 * ```
 *
 * @module
 */

export type { Conversion } from '../conversion/conversion-pipeline.ts';
export { type ConversionRecord, readConversionRecord } from '../conversion/conversion-record.ts';
export { type ConvertOptions, convert } from '../conversion/convert.ts';
export { findObstacles } from '../conversion/find-obstacles.ts';
export {
  type ShortenedWindows,
  type ShorteningOptions,
  shortenWindows,
} from '../finetuning/windows/shorten-windows.ts';
export { giveTimeAxis, inputsOverTime, type Presentation } from '../spiking/inputs-over-time.ts';
export {
  isSiteOf,
  type NeuronSpec,
  neuronSpec,
  type PlacedNeurons,
  type Site,
  sitesOf,
} from '../spiking/neuron-node.ts';
export { type SpikeAlphabet, spikeAlphabet } from '../spiking/spike-alphabet.ts';
export { toSourceForm, toSpikingForm } from '../spiking/spiking-form.ts';
