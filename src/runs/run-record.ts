import { z } from 'zod';
import { type BatchRecord, batchSchema } from '../results/batch-record.ts';
import type { EvaluationResult } from '../results/evaluation-result.ts';
import type { RunSettings } from '../results/run-settings.ts';
import type { RunTraces } from '../results/traces.ts';
import { RunFolder } from './run-folder.ts';
import { identityOf } from './run-identity.ts';

const attemptSchema = z.object({ attempt: z.int() });

/** What the batches of a run hold. */
export interface ExpectedBatches {
  /** Ids of all images. */
  readonly ids: ReadonlySet<string>;
  /** Time-steps T; 0 for a network that does not spike. */
  readonly steps: number;
  /** Whether images follow one another, so that a part of them is of no use. Default false. */
  readonly inOrder?: boolean;
}

/**
 * The record of one evaluation in its folder: the settings, a line for each finished batch, and the results at the end. What
 * an interruption leaves is a whole number of batches. Who may work in the folder, withFolderLock sees to.
 */
export class RunRecord {
  /** Batches of an earlier, interrupted run with the same settings. */
  readonly done: readonly BatchRecord[];
  /** Numbers of the lines of batches that were damaged, repeated, or of another run, and are left out. */
  readonly lost: readonly number[];
  /** Images of an interrupted run that are of no use without the others, and are done again. */
  readonly again: number;
  readonly #folder: RunFolder;
  readonly #run: string;

  private constructor(
    folder: RunFolder,
    run: string,
    { done, lost, again }: Pick<RunRecord, 'done' | 'lost' | 'again'>,
  ) {
    this.#folder = folder;
    this.#run = run;
    this.done = done;
    this.lost = lost;
    this.again = again;
  }

  /**
   * Opens the folder, continuing an interrupted run with the same settings, or starting anew.
   *
   * @param expected what batches have to hold to be taken; default: anything, as long as no image stands twice
   * @throws UsageError if the folder cannot be written, or holds a run with other settings; FormatError if its settings are damaged
   */
  static async open(path: string, settings: RunSettings, expected?: ExpectedBatches): Promise<RunRecord> {
    const folder = await RunFolder.make(path);
    const run = identityOf(settings);
    const { values, lost, proven } = await folder.readLines('batches', batchSchema, run, fitting(expected));
    const goesOn = await folder.claim(settings, proven);
    const useful = goesOn && (!expected?.inOrder || holdsAll(values, expected.ids));
    const done = useful ? values : [];
    await folder.writeLines('batches', done, run);
    const again = goesOn && !useful ? idsOf(values).length : 0;
    return new RunRecord(folder, run, { done, lost: useful ? lost : [], again });
  }

  /** Path of the folder. */
  get folder(): string {
    return this.#folder.path;
  }

  /** Adds a finished batch. */
  async add(batch: BatchRecord): Promise<void> {
    await this.#folder.addLine('batches', batch, this.#run);
  }

  /** Notes that the diagnosis begins. @returns how often it has begun before without coming to an end */
  async beginDiagnosis(): Promise<number> {
    const { values } = await this.#folder.readLines('diagnoses', attemptSchema, this.#run);
    await this.#folder.addLine('diagnoses', { attempt: values.length + 1 }, this.#run);
    return values.length;
  }

  /** Writes the results and thereby closes the run. @param traces for the figures of a report, where there are any */
  async finish(result: EvaluationResult, traces?: RunTraces): Promise<void> {
    if (traces) await this.#folder.write('traces', traces, 0);
    await this.#folder.write('result', result);
    await this.#folder.remove('diagnoses');
  }
}

function idsOf(batches: readonly BatchRecord[]): string[] {
  return batches.flatMap(({ predictions }) => predictions.map(({ id }) => id));
}

/** Whether batches hold all images that can be read. */
function holdsAll(batches: readonly BatchRecord[], ids: ReadonlySet<string>): boolean {
  const skipped = batches.flatMap((batch) => batch.skipped.map(({ id }) => id));
  const held = new Set([...idsOf(batches), ...skipped]);
  return [...ids].every((id) => held.has(id));
}

/** Tells batches that belong to a run: every image is one of its images, with answers at every step, and stands there once. */
function fitting(expected: ExpectedBatches | undefined): (batch: BatchRecord) => boolean {
  const seen = new Set<string>();
  return ({ predictions }) => {
    const ids = predictions.map(({ id }) => id);
    const fits =
      new Set(ids).size === ids.length &&
      !ids.some((id) => seen.has(id)) &&
      (!expected ||
        predictions.every(({ id, steps }) => expected.ids.has(id) && steps.length === expected.steps));
    if (fits) for (const id of ids) seen.add(id);
    return fits;
  };
}
