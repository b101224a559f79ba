/**
 * Other forms of a spiking model, for other tools.
 *
 * @example
 * ```ts
 * import { conversion, exporters, methods, openInputs, openNetwork } from 'transpike';
 *
 * const network = await openNetwork('vit/');
 * const images = await openInputs(network, 'x.npy');
 * const { model } = await conversion.convert(network.model, {
 *   method: methods.ecmt,
 *   steps: 4,
 *   calibration: () => images.batches(),
 * });
 * const [binarySpikes] = exporters.all;
 * await exporters.writeExport(await binarySpikes.make(model), `vit${binarySpikes.extension}`);
 * console.log(binarySpikes.name); // binary-spikes
 * ```
 *
 * @module
 */

export type { Circuit, CircuitNode } from '../exporters/circuit/circuit.ts';
export { circuitOf } from '../exporters/circuit/circuit-of.ts';
export {
  defineExporter,
  type Exported,
  type ExportedFolder,
  type Exporter,
  type ExporterSettings,
} from '../exporters/define-exporter.ts';
export { exporters as all } from '../exporters/exporters.ts';
export type { IntegerNetwork } from '../exporters/integer/integer-network.ts';
export { type IntegerExport, integerNetworkOf } from '../exporters/integer/integer-network-of.ts';
export { type IntegerRun, IntegerTwin } from '../exporters/integer/run-integer.ts';
export { toBinarySpikes } from '../exporters/to-binary-spikes.ts';
export { layOutSteps } from '../exporters/unrolled/lay-out-steps.ts';
export { writeExport } from '../files/write-export.ts';
