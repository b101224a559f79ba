import { type BatchRecord, batchSchema } from '../results/batch-record.ts';
import type { EvaluationResult } from '../results/evaluation-result.ts';
import type { RunSettings } from '../results/run-settings.ts';
import type { RunTraces } from '../results/traces.ts';
import { RunFolder } from './run-folder.ts';

/**
 * The record of one evaluation in its folder: the settings, a line for each finished batch, and the results at the end. What
 * an interruption leaves is a whole number of batches.
 */
export class RunRecord {
  /** Batches of an earlier, interrupted run with the same settings. */
  readonly done: readonly BatchRecord[];
  readonly #folder: RunFolder;

  private constructor(folder: RunFolder, done: readonly BatchRecord[]) {
    this.#folder = folder;
    this.done = done;
  }

  /**
   * Opens the folder, continuing an interrupted run with the same settings, or starting anew.
   *
   * @throws UsageError if the folder cannot be written, or holds a run with other settings
   */
  static async open(path: string, settings: RunSettings): Promise<RunRecord> {
    const folder = await RunFolder.make(path);
    const goesOn = await folder.claim(settings);
    const done = goesOn ? await folder.readLines('batches', batchSchema) : [];
    await folder.writeLines('batches', done);
    return new RunRecord(folder, done);
  }

  /** Path of the folder. */
  get folder(): string {
    return this.#folder.path;
  }

  /** Adds a finished batch. */
  async add(batch: BatchRecord): Promise<void> {
    await this.#folder.addLine('batches', batch);
  }

  /** Writes the results and thereby closes the run. @param traces for the figures of a report, where there are any */
  async finish(result: EvaluationResult, traces?: RunTraces): Promise<void> {
    if (traces) await this.#folder.write('traces', traces, 0);
    await this.#folder.write('result', result);
  }
}
