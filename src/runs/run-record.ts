import { appendFile, mkdir, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf, UsageError } from '../errors.ts';
import { type BatchRecord, batchSchema } from '../results/batch-record.ts';
import type { RunTraces } from '../results/traces.ts';
import type { RunSettings } from '../results/run-settings.ts';
import { writeAtomically } from '../files/write-atomically.ts';

/**
 * The folder of one run: `run.json` (settings), `batches.jsonl` (a line a finished batch), `result.json` (at the end).
 * A line is one write, so what an interruption leaves is a whole number of batches and at most one torn line.
 */
export class RunRecord {
  readonly folder: string;
  /** Batches of an earlier, interrupted run with the same settings. */
  readonly done: readonly BatchRecord[];

  private constructor(folder: string, done: readonly BatchRecord[]) {
    this.folder = folder;
    this.done = done;
  }

  /**
   * Opens the folder, continuing an interrupted run with the same settings, or starting anew.
   *
   * @throws UsageError if the folder cannot be written, or holds a run with other settings
   */
  static async open(folder: string, settings: RunSettings): Promise<RunRecord> {
    try {
      await mkdir(folder, { recursive: true });
    } catch (error) {
      throw new UsageError(
        {
          where: folder,
          expected: 'a folder that can be written',
          got: messageOf(error),
          remedy: 'Choose another folder',
          means: ['folder'],
        },
        { cause: error },
      );
    }
    const text = `${JSON.stringify(settings, null, 2)}\n`;
    const before = await readText(join(folder, 'run.json'));
    const same = before === text;
    if (before !== undefined && !same) throw otherRun(folder, before, settings);
    const finished = (await readText(join(folder, 'result.json'))) !== undefined;
    const lines = same && !finished ? await readText(join(folder, 'batches.jsonl')) : undefined;
    const done = wholeBatches(lines ?? '');
    // A finished result is kept until the new one is there to be compared with it.
    if (finished) await rename(join(folder, 'result.json'), join(folder, 'previous-result.json'));
    await writeAtomically(join(folder, 'batches.jsonl'), done.map(toLine).join(''));
    await writeAtomically(join(folder, 'run.json'), text);
    return new RunRecord(folder, done);
  }

  /** Adds a finished batch. */
  async add(batch: BatchRecord): Promise<void> {
    await appendFile(join(this.folder, 'batches.jsonl'), toLine(batch));
  }

  /** Writes what reports draw beside the results. */
  async keepTraces(traces: RunTraces): Promise<void> {
    await writeAtomically(join(this.folder, 'traces.json'), `${JSON.stringify(traces)}\n`);
  }

  /** Writes the results and thereby closes the run. */
  async finish(result: unknown): Promise<void> {
    await writeAtomically(join(this.folder, 'result.json'), `${JSON.stringify(result, null, 2)}\n`);
  }
}

function otherRun(folder: string, before: string, settings: RunSettings): UsageError {
  const old = parseSettings(before);
  const keys = [...new Set([...Object.keys(old), ...Object.keys(settings)])];
  const differing = keys.filter((key) => old[key] !== settings[key]);
  return new UsageError({
    where: folder,
    expected: 'the record of a run with the same settings, or none',
    got: `one that differs in ${differing.join(', ')}`,
    remedy: 'Choose another folder, or remove this one',
    means: ['folder'],
  });
}

function parseSettings(text: string): RunSettings {
  try {
    return JSON.parse(text) as RunSettings;
  } catch {
    return {};
  }
}

function toLine(batch: BatchRecord): string {
  return `${JSON.stringify(batch)}\n`;
}

/** The batches up to the first line that is torn or not ours. */
function wholeBatches(text: string): BatchRecord[] {
  const batches: BatchRecord[] = [];
  for (const line of text.split('\n').slice(0, -1)) {
    const batch = parseLine(line);
    if (!batch) break;
    batches.push(batch);
  }
  return batches;
}

function parseLine(line: string): BatchRecord | undefined {
  try {
    return batchSchema.parse(JSON.parse(line));
  } catch {
    return undefined;
  }
}

async function readText(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch(() => undefined);
}
