import type { SpikeSite } from '../analysis/spike-sites.ts';
import type { Observer } from '../calibration/observer.ts';
import type { InputBatch } from '../graph/input-batch.ts';
import type { Model } from '../graph/model.ts';
import { chooseWeights, type WeightChoice } from '../quantisation/choose-weights.ts';
import { observeWithQuantisers } from '../quantisation/observe-quantisers.ts';
import type { MeasuredSource } from '../sessions/measure-source.ts';
import type { CalibrationBatches, ObserveOptions } from '../sessions/observe-sites.ts';
import { withFewBitWeights } from '../spiking/few-bit-weights.ts';
import type { PlacedNeurons } from '../spiking/neuron-node.ts';
import { toSpikingForm } from '../spiking/spiking-form.ts';
import { checkParity } from './check-parity.ts';
import { type ConversionFacts, type ConversionRecord, writeConversionRecord } from './conversion-record.ts';
import { type Preparation, type PreparedSource, prepareSource } from './prepare-source.ts';
import { gatheringDigests, noteSeen } from './seen-images.ts';

/** A spiking model and how it came about. */
export interface Conversion {
  readonly model: Model;
  readonly record: ConversionRecord;
}

/**
 * The way from a source network to a spiking one: prepare, observe, place neurons, check parity, record. Which neurons stand
 * at the sites is the caller's choice; several networks may be made from one source.
 */
export class ConversionPipeline {
  readonly #source: PreparedSource;
  readonly #threads: number;

  private constructor(source: PreparedSource, threads: number) {
    this.#source = source;
    this.#threads = threads;
  }

  /**
   * @param threads threads of the trials and the parity check. Default 1
   * @throws ConversionError if the network has parts that cannot be converted (all listed), or no site
   */
  static async prepare(source: Model, preparation: Preparation, threads = 1): Promise<ConversionPipeline> {
    return new ConversionPipeline(await prepareSource(source, preparation, threads), threads);
  }

  /** The source network with a batch of any size. */
  get source(): Model {
    return this.#source.dynamic;
  }

  /** The same after the clean-up passes. */
  get clean(): MeasuredSource {
    return this.#source.clean;
  }

  /** Where neurons go, in topological order. */
  get sites(): readonly SpikeSite[] {
    return this.#source.sites;
  }

  /**
   * Runs the source network and shows the activations of each site to its observer. What the source network needs to be
   * quantised later is watched beside them, and kept in every network made from then on; so are digests of the images.
   *
   * @param observers by site name
   * @throws ConversionError if an activation is not finite or there is no batch
   */
  async observe(
    observers: ReadonlyMap<string, Observer>,
    batches: CalibrationBatches,
    options: ObserveOptions,
  ): Promise<void> {
    const digests = new Set<string>();
    const seen = gatheringDigests(batches, digests);
    await observeWithQuantisers(this.clean, this.sites, observers, seen, options);
    noteSeen(this.clean.model, digests, 'calibration');
  }

  /** The spiking network with these neurons, set to T steps. */
  place(neurons: readonly PlacedNeurons[], steps: number): Model {
    return toSpikingForm(this.clean.model, neurons, steps);
  }

  /**
   * A copy of a spiking network that calculates with weights in few bits.
   *
   * @param batches calibration batches, for roundings that make use of inputs
   */
  async inFewBits(
    spiking: Model,
    choice: WeightChoice,
    batches: CalibrationBatches | undefined,
    options: ObserveOptions,
  ): Promise<Model> {
    return withFewBitWeights(spiking, await chooseWeights(this.clean, this.sites, choice, batches, options));
  }

  /**
   * Checks that a network is the source network when its neurons pass everything on, and writes into it how it came about.
   *
   * @param spiking one that {@link place} made
   * @param input one batch for the check
   * @throws ConversionError if a logit deviates
   */
  async finish(spiking: Model, input: InputBatch, facts: ConversionFacts): Promise<Conversion> {
    const parityDeviation = await checkParity(this.source, spiking, input, this.#threads);
    const record = writeConversionRecord(spiking, facts, parityDeviation);
    return { model: spiking, record };
  }
}
