import type { Model } from '../graph/model.ts';

/** Hands a spiking model on to something else. */
export interface Exporter {
  /** Name on the command line. */
  readonly name: string;
  /** One sentence: what is written and who reads it. */
  readonly summary: string;
  /** Ending of its files, with the dot. */
  readonly extension: string;
  /** Makes the content of the file: an ONNX model, or its bytes. @throws ConversionError for a model without this form */
  make(spiking: Model): Promise<Model | Uint8Array>;
}

/** Declares an exporter; a missing facet does not compile. */
export function defineExporter(exporter: Exporter): Exporter {
  return exporter;
}
