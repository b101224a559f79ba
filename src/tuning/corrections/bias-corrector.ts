import type { SpikeSite } from '../../analysis/spike-sites.ts';
import { OutOfMemoryError } from '../../errors.ts';
import type { Model } from '../../graph/model.ts';
import type { MeasuredSource } from '../../sessions/measure-source.ts';
import { withCorrections } from '../../spiking/bias-correction.ts';
import type { ComparedBatch } from '../search/compared-batch.ts';
import { positionImportance } from '../sensitivity/output-gradients.ts';
import { correctableOperators } from './correctable-operators.ts';
import { type CorrectionOptions, measureCorrections } from './measure-corrections.ts';

/** What a {@link BiasCorrector} works with. */
export interface CorrectorOptions {
  /** The cleaned source network. */
  readonly source: MeasuredSource;
  readonly sites: readonly SpikeSite[];
  /** Images for the mean errors. */
  readonly batches: readonly ComparedBatch[];
  /** Images for the importance of positions. */
  readonly probes: readonly ComparedBatch[];
  readonly threads: number;
}

/** Corrects the mean errors of the spiking forms of one source network; what they share is found once, at the first of them. */
export class BiasCorrector {
  readonly #options: CorrectorOptions;
  #shared: Promise<CorrectionOptions> | undefined;

  constructor(options: CorrectorOptions) {
    this.#options = options;
  }

  /** @returns a copy with corrections; undefined where memory does not suffice to measure them, or there is nothing to correct */
  async correct(spiking: Model, steps: number): Promise<Model | undefined> {
    this.#shared ??= this.#prepare();
    const shared = await this.#shared;
    try {
      const corrections = await measureCorrections(spiking, steps, shared);
      return corrections.size > 0 ? withCorrections(spiking, corrections) : undefined;
    } catch (error) {
      if (error instanceof OutOfMemoryError) return undefined;
      throw error;
    }
  }

  async #prepare(): Promise<CorrectionOptions> {
    const { source, sites, batches, probes, threads } = this.#options;
    const operators = correctableOperators(source, sites);
    const { model } = source;
    const importance =
      operators.length > 0 ? await positionImportance(model, operators, probes, threads, 'equal') : undefined;
    return { source: model, operators, importance, batches, threads };
  }
}
