import type { Model } from '../graph/model.ts';

/** Hands a spiking model on to something else. */
export interface Exporter {
  /** Name on the command line. */
  readonly name: string;
  /** One sentence: what is written and who reads it. */
  readonly summary: string;
  /** Ending of the files it writes, with the dot. */
  readonly extension: string;
  /** Writes the model. @throws ConversionError for a model without this form; UsageError if the place cannot be written */
  write(spiking: Model, path: string): Promise<void>;
}

/** Declares an exporter; a missing facet does not compile. */
export function defineExporter(exporter: Exporter): Exporter {
  return exporter;
}
