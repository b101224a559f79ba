import { type SeenDigests, seenFor } from '../../conversion/seen-images.ts';
import type { Batch } from '../../data/load-batch.ts';
import { DataError } from '../../errors.ts';
import type { BatchRecord, ImageRecord, SkippedImage } from '../../results/batch-record.ts';
import type { EvaluationResult } from '../../results/evaluation-result.ts';
import type { SeenFor } from '../../results/seen-images.ts';
import type { RunTraces } from '../../results/traces.ts';
import type { TaskName } from '../../tasks/tasks.ts';
import type { BatchOutcome } from './batch-outcome.ts';
import { thinned } from './thinned.ts';

/** Where an evaluation is written down; RunRecord is one in a folder. */
export interface EvaluationRecord {
  /** Batches of an earlier, interrupted evaluation with the same settings. */
  readonly done: readonly BatchRecord[];
  /** Adds a finished batch. */
  add(batch: BatchRecord): Promise<void>;
  /** Notes that the diagnosis begins. @returns how often it has begun before, and ended the process each time */
  beginDiagnosis?(): Promise<number>;
  /** Takes the results; the evaluation is over. @param traces what reports draw beside them */
  finish(result: EvaluationResult, traces?: RunTraces): Promise<void>;
}

/** Samples that were evaluated, without their numbers. */
export type AnsweredSamples = Pick<Batch, 'ids' | 'labels'>;

/** How far an evaluation is. */
export interface EvaluationProgress {
  readonly done: number;
  readonly total: number;
  readonly skipped: number;
}

/** Gathers outcomes and writes them into the record of the evaluation, one batch at a time. */
export class BatchCollector {
  /** Ids of the images that are done. */
  readonly ids = new Set<string>();
  readonly #batches: BatchRecord[] = [];
  /** Ids of images that could not be read, once at least. */
  readonly #unread = new Set<string>();
  readonly #record: EvaluationRecord | undefined;
  readonly #total: number;
  readonly #task: TaskName;
  readonly #seen: SeenDigests | undefined;
  readonly #onProgress: ((progress: EvaluationProgress) => void) | undefined;
  #skipped: SkippedImage[] = [];
  #last = performance.now();
  #writing: Promise<void> = Promise.resolve();

  /**
   * @param total number of images, those already done included
   * @param seen images that the network has met before
   */
  constructor(
    record: EvaluationRecord | undefined,
    total: number,
    task: TaskName,
    seen: SeenDigests | undefined,
    onProgress: ((progress: EvaluationProgress) => void) | undefined,
  ) {
    this.#seen = seen;
    this.#record = record;
    this.#total = total;
    this.#task = task;
    this.#onProgress = onProgress;
    for (const batch of record?.done ?? []) this.#take(batch);
  }

  /** All batches. An image that could be read in the end was not left out. */
  get batches(): BatchRecord[] {
    return this.#batches.map((batch) => ({
      ...batch,
      skipped: batch.skipped.filter(({ id }) => !this.ids.has(id)),
    }));
  }

  /** What the networks said about each image so far. */
  get predictions(): ImageRecord[] {
    return this.#batches.flatMap(({ predictions }) => predictions);
  }

  /** Begins to measure time. */
  start(): void {
    this.#last = performance.now();
    this.#report();
  }

  skip(id: string, reason: string): void {
    // An image that failed before the interruption fails again; it is counted once.
    if (this.#unread.has(id)) return;
    this.#unread.add(id);
    this.#skipped.push({ id, reason });
  }

  async add(batch: Batch, outcome: BatchOutcome): Promise<void> {
    await this.addSeen(batch, this.#seen ? seenFor(batch, this.#seen) : [], outcome);
  }

  /** Adds what was evaluated where its numbers are not at hand. @param met what the network has met each sample for */
  async addSeen(
    batch: AnsweredSamples,
    met: readonly (SeenFor | undefined)[],
    { classes, images, tokens, activity }: BatchOutcome,
  ): Promise<void> {
    if (classes !== undefined) requireKnownLabels(batch, classes);
    const predictions = images.map((answers, i) => {
      const [id, label, seen] = [batch.ids[i]!, batch.labels[i], met[i]];
      return {
        id,
        ...(label !== undefined && { label }),
        ...(seen && { seen }),
        ...thinned(answers, id, this.#total, this.#task),
      };
    });
    const text = tokens === undefined ? {} : { tokens };
    await this.#write({ predictions, ...text, ...(activity && { activity }) });
  }

  /** Records images at the end of the data that could not be read. */
  async finish(): Promise<void> {
    if (this.#skipped.length > 0) await this.#write({ predictions: [] });
  }

  async #write(said: Pick<BatchRecord, 'predictions' | 'tokens' | 'activity'>): Promise<void> {
    const now = performance.now();
    const batch = { ...said, skipped: this.#skipped, seconds: (now - this.#last) / 1000 };
    this.#last = now;
    this.#skipped = [];
    this.#take(batch);
    this.#writing = this.#writing.then(() => this.#record?.add(batch));
    await this.#writing;
    this.#report();
  }

  #take(batch: BatchRecord): void {
    this.#batches.push(batch);
    for (const { id } of batch.predictions) this.ids.add(id);
    for (const { id } of batch.skipped) this.#unread.add(id);
  }

  #report(): void {
    const skipped = [...this.#unread].filter((id) => !this.ids.has(id)).length;
    this.#onProgress?.({ done: this.ids.size, total: this.#total, skipped });
  }
}

/** @throws DataError if a label is no class of the network: the data belong to another one */
function requireKnownLabels({ ids, labels }: AnsweredSamples, classes: number): void {
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
