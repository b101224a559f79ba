import type { Model } from '../graph/model.ts';

/** What an exporter can be told. */
export interface ExporterSettings {
  /** Time-steps T. Default: what the model is set to. */
  readonly steps?: number | undefined;
  /** Sites whose spikes are to be among the outputs, by name, or `all`. Default: none. */
  readonly spikesOf?: readonly string[] | undefined;
}

/** Hands a spiking model on to something else. */
export interface Exporter {
  /** Name on the command line. */
  readonly name: string;
  /** One sentence: what is written and who reads it. */
  readonly summary: string;
  /** Ending of its files, with the dot. */
  readonly extension: string;
  /** Settings that it takes. Default: none. */
  readonly settings?: readonly (keyof ExporterSettings)[];
  /** Makes the content of the file: an ONNX model, or its bytes. @throws ConversionError for a model without this form */
  make(spiking: Model, settings?: ExporterSettings): Promise<Model | Uint8Array>;
}

/** Declares an exporter; a missing facet does not compile. */
export function defineExporter(exporter: Exporter): Exporter {
  return exporter;
}
