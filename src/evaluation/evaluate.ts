import { freeBatch } from '../batching/free-batch.ts';
import type { Batch } from '../data/load-batch.ts';
import type { EngineName, Synapses } from '../engines/engines.ts';
import { checkSteps } from '../engines/plan-run.ts';
import { DataError } from '../errors.ts';
import type { Model } from '../graph/model.ts';
import type { BatchRecord, SkippedImage } from '../results/batch-record.ts';
import type { EvaluationResult } from '../results/evaluation-result.ts';
import type { RunTraces } from '../results/traces.ts';
import { stepsOf } from '../spiking/neuron-node.ts';
import { compareSynapses } from './compare-synapses.ts';
import { diagnose } from './diagnose.ts';
import { drainBatches } from './drain-batches.ts';
import type { Evaluator } from './evaluator.ts';
import { planQuantisation } from './plan-quantisation.ts';
import { startEvaluators } from './start-evaluators.ts';
import { summarise } from './summarise.ts';

/** Where the images of an evaluation come from. */
export interface EvaluationData {
  /** Number of images, those already done included. */
  readonly size: number;
  /**
   * Gives the images that are not done yet.
   *
   * @param skip ids of images that are done
   * @param onSkipped to be told of images that cannot be read
   */
  batches(skip: ReadonlySet<string>, onSkipped: (id: string, reason: string) => void): AsyncIterable<Batch>;
}

/** Where an evaluation is written down; RunRecord is one in a folder. */
export interface EvaluationRecord {
  /** Batches of an earlier, interrupted evaluation with the same settings. */
  readonly done: readonly BatchRecord[];
  /** Adds a finished batch. */
  add(batch: BatchRecord): Promise<void>;
  /** Takes the results; the evaluation is over. @param traces what reports draw beside them */
  finish(result: EvaluationResult, traces?: RunTraces): Promise<void>;
}

/** What to evaluate, and how. */
export interface EvaluateOptions {
  readonly model: Model;
  /** Time-steps of a spiking model; default: what it is set to. */
  readonly steps?: number;
  readonly data: EvaluationData;
  /** Threads that evaluate, each with its own networks; 0 runs everything in this thread. Default 0. */
  readonly workers?: number;
  /** Threads of ONNX Runtime in each worker. Default 1. */
  readonly threads?: number;
  /** Engine for the spiking network. Default `fast`. */
  readonly engine?: EngineName;
  /** Numbers that synaptic weights are kept in; `int8` for the fast engine only. Default `float32`. */
  readonly synapses?: Synapses;
  /** Bound of the memory for the fast engine's activations in each worker, in MB; see SegmentedOptions. */
  readonly memoryMB?: number | undefined;
  /** Whether to evaluate the source network with as many bits as the spikes carry, too. Default true. */
  readonly quantised?: boolean;
  /** A confidence threshold for early exits beside those of the sweep, in [0, 1]. */
  readonly exitConfidence?: number | undefined;
  /** Where every finished batch is written, and from where an interrupted run goes on. */
  readonly record?: EvaluationRecord;
  /** Stops after the batches that are under way. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: { done: number; total: number; skipped: number }) => void;
  /** Told when a worker died and was replaced, or batches had to be made smaller. */
  readonly onWarning?: (message: string) => void;
}

/** The end of an evaluation: all results, or, when it was stopped, how far it came. */
export type EvaluationEnd =
  | { readonly finished: true; readonly result: EvaluationResult }
  | { readonly finished: false; readonly done: number };

/**
 * Evaluates a network at every time-step beside its source network, on the same images. Each image counts once,
 * however often the run is interrupted and continued.
 *
 * @throws UsageError if T < 1; whatever the data and the networks throw
 */
export async function evaluate(options: EvaluateOptions): Promise<EvaluationEnd> {
  const { data, record, signal, onProgress, onWarning = () => undefined } = options;
  const spikes = stepsOf(options.model);
  const model = spikes === undefined ? await freeBatch(options.model) : options.model;
  const steps = spikes === undefined ? undefined : checkSteps(options.steps ?? spikes);
  const {
    workers = 0,
    threads = 1,
    engine = 'fast',
    synapses = 'float32',
    memoryMB,
    exitConfidence,
  } = options;
  const again = () => data.batches(new Set(), () => undefined);
  const quantisation =
    steps === undefined || options.quantised === false
      ? undefined
      : await planQuantisation(model, steps, again, onWarning);
  const spiking = { model, threads, engine, memoryMB };
  const evaluators = await startEvaluators(workers, { ...spiking, steps, synapses, quantisation }, onWarning);
  const collected = new Collector(record, data.size, onProgress);
  try {
    const source = data
      .batches(collected.ids, (id, reason) => collected.skip(id, reason))
      [Symbol.asyncIterator]();
    await drainBatches(source, evaluators, {
      onOutcome: (batch, outcome) => collected.add(batch, outcome),
      onWarning,
      signal,
    });
    await source.return?.(undefined);
    await collected.flush();
  } finally {
    await Promise.all(evaluators.map((evaluator) => evaluator.close()));
  }
  const predictions = collected.batches.flatMap((batch) => batch.predictions);
  const eightBits =
    steps === undefined || synapses === 'float32' || signal?.aborted
      ? null
      : await compareSynapses(predictions, again(), { ...spiking, steps, workers, signal, onWarning });
  if (signal?.aborted) return { finished: false, done: collected.images };
  const look = steps === undefined ? undefined : await diagnose(model, steps, again, threads);
  const { conversionErrors = [], diagnosis = null } = look ?? {};
  const summary = await summarise(model, collected.batches, { steps, quantisation, exitConfidence });
  const result = { ...summary, synapses: eightBits, conversionErrors, diagnosis };
  await record?.finish(result, look?.traces);
  return { finished: true, result };
}

/** Gathers outcomes and writes them into the run record, one batch at a time. */
class Collector {
  readonly batches: BatchRecord[];
  readonly #record: EvaluationRecord | undefined;
  readonly #total: number;
  readonly #onProgress: EvaluateOptions['onProgress'];
  #skipped: SkippedImage[] = [];
  #last = performance.now();
  #writing: Promise<void> = Promise.resolve();

  constructor(
    record: EvaluationRecord | undefined,
    total: number,
    onProgress: EvaluateOptions['onProgress'],
  ) {
    this.#record = record;
    this.#total = total;
    this.#onProgress = onProgress;
    this.batches = [...(record?.done ?? [])];
    this.#report();
  }

  get ids(): Set<string> {
    return new Set(this.batches.flatMap(({ predictions }) => predictions.map(({ id }) => id)));
  }

  get images(): number {
    return this.batches.reduce((sum, { predictions }) => sum + predictions.length, 0);
  }

  skip(id: string, reason: string): void {
    // An image that failed before the interruption fails again; it is counted once.
    if (this.batches.some(({ skipped }) => skipped.some((each) => each.id === id))) return;
    this.#skipped.push({ id, reason });
  }

  async add(batch: Batch, outcome: Awaited<ReturnType<Evaluator['evaluate']>>): Promise<void> {
    requireKnownLabels(batch, outcome.classes);
    const predictions = batch.ids.map((id, i) => ({
      id,
      ...(batch.labels[i] !== undefined && { label: batch.labels[i] }),
      source: [...outcome.source[i]!],
      steps: outcome.steps[i]!.map((each) => [...each]),
      ...(outcome.confidence[i]!.length > 0 && { confidence: [...outcome.confidence[i]!] }),
      ...(outcome.quantised[i]!.length > 0 && { quantised: outcome.quantised[i]!.map((each) => [...each]) }),
    }));
    await this.#write(predictions, outcome.activity);
  }

  /** Records images at the end of the data that could not be read. */
  async flush(): Promise<void> {
    if (this.#skipped.length > 0) await this.#write([], undefined);
  }

  async #write(predictions: BatchRecord['predictions'], activity: BatchRecord['activity']): Promise<void> {
    const now = performance.now();
    const record: BatchRecord = {
      predictions,
      ...(activity && { activity }),
      skipped: this.#skipped,
      seconds: (now - this.#last) / 1000,
    };
    this.#last = now;
    this.#skipped = [];
    this.batches.push(record);
    this.#writing = this.#writing.then(() => this.#record?.add(record));
    await this.#writing;
    this.#report();
  }

  #report(): void {
    const skipped = this.batches.reduce((sum, batch) => sum + batch.skipped.length, this.#skipped.length);
    this.#onProgress?.({ done: this.images, total: this.#total, skipped });
  }
}

/** @throws DataError if a label is no class of the network: the data belong to another one */
function requireKnownLabels({ ids, labels }: Batch, classes: number): void {
  const at = labels.findIndex((label) => label !== undefined && label >= classes);
  if (at < 0) return;
  throw new DataError({
    where: `image '${ids[at]}'`,
    expected: `a label from 0 to ${classes - 1}, the classes of the network`,
    got: String(labels[at]),
    remedy: 'Give the labels in the class order of the network',
    means: ['labels'],
  });
}
