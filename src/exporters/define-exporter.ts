import type { AnyNeuron } from '../dynamics/define-neuron.ts';
import type { InputBatch } from '../graph/input-batch.ts';
import type { Model } from '../graph/model.ts';

/** What an exporter can be told. */
export interface ExporterSettings {
  /** Time-steps T. Default: what the model is set to. */
  readonly steps?: number | undefined;
  /** Sites whose spikes are to be among the outputs, by name, or `all`. Default: none. */
  readonly spikesOf?: readonly string[] | undefined;
  /** Length of a step in seconds, from which leaks become time constants. Default 1e-4 */
  readonly dt?: number | undefined;
  /** Inputs [N, …] as they go into the network: ranges of whole numbers follow from them, golden spikes are theirs. */
  readonly goldenInput?: InputBatch | undefined;
  /** Bits of whole weights, sign included. Default 8 */
  readonly weightBits?: 4 | 8 | 16 | undefined;
  /** Bits of whole membrane potentials, sign included, 8 to 32. Default 32 */
  readonly accumulatorBits?: number | undefined;
  /** What happens to a potential that its accumulator has no room for. Default `saturate` */
  readonly overflow?: 'saturate' | 'wrap' | undefined;
}

/** A folder by what is in it: files by name, `network.json` last. */
export type ExportedFolder = ReadonlyMap<string, Uint8Array>;

/** What an exporter makes: an ONNX model, the bytes of a file, or a folder. */
export type Exported = Model | Uint8Array | ExportedFolder;

/** Hands a spiking model on to something else. */
export interface Exporter {
  /** Name on the command line. */
  readonly name: string;
  /** One sentence: what is written and who reads it. */
  readonly summary: string;
  /** Ending of its files, with the dot. */
  readonly extension: string;
  /** What its files are. Default `onnx` */
  readonly holds?: 'onnx' | 'hdf5' | 'c' | 'folder';
  /** Neurons that it takes, as they are converted. Default: all */
  readonly neurons?: readonly AnyNeuron[];
  /** Settings that it takes. Default: none. */
  readonly settings?: readonly (keyof ExporterSettings)[];
  /** Makes the content of the file: an ONNX model, its bytes, or a folder. @throws ConversionError for a model without this form */
  make(spiking: Model, settings?: ExporterSettings): Promise<Exported>;
}

/** Declares an exporter; a missing facet does not compile. */
export function defineExporter(exporter: Exporter): Exporter {
  return exporter;
}
