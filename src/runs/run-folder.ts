import { appendFile, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { FormatError, UsageError } from '../errors.ts';
import { cannotWrite } from '../files/cannot-write.ts';
import { checkedLine, checksumOf } from '../files/checksum.ts';
import { makeFolder } from '../files/make-folder.ts';
import { writeAtomically } from '../files/write-atomically.ts';
import { type RunSettings, runSettingsSchema } from '../results/run-settings.ts';
import { type RecoveredLines, recoverLines } from './journal-lines.ts';
import { identityOf } from './run-identity.ts';

/** Names of the files in the folder of a run, by what they hold. */
const fileNames = {
  settings: 'run.json',
  batches: 'batches.jsonl',
  result: 'result.json',
  previousResult: 'previous-result.json',
  traces: 'traces.json',
  environment: 'environment.json',
  tuning: 'tuning.jsonl',
  frontier: 'frontier.json',
  report: 'report.html',
  checksums: 'checksums.jsonl',
  diagnoses: 'diagnoses.jsonl',
  label: 'label.json',
} as const;

/** A line for each file that was written. A file may have had several contents, one after the other. */
const checksumSchema = z.object({ file: z.string(), sum: z.string() });

/** What the first line of a tuning says of it. */
const tuningHeadSchema = z.object({ kind: z.literal('settings'), settings: runSettingsSchema });

/** What a file in the folder of a run holds. */
export type RunFile = keyof typeof fileNames;

/** Name of a file in the folder of a run. */
export function runFileName(file: RunFile): string {
  return fileNames[file];
}

/** The folder of one run. What its files hold, docs/run-folder.md and the schemas in `results` say. */
export class RunFolder {
  readonly path: string;

  /** @param path of a folder that need not be there: nothing is read or written yet */
  constructor(path: string) {
    this.path = path;
  }

  /** @throws UsageError if there is no such folder and it cannot be made */
  static async make(path: string): Promise<RunFolder> {
    await makeFolder(path);
    return new RunFolder(path);
  }

  pathOf(file: RunFile): string {
    return join(this.path, fileNames[file]);
  }

  /** The text of a file; `undefined` where there is none. */
  async readText(file: RunFile): Promise<string | undefined> {
    return readFile(this.pathOf(file), 'utf8').catch(() => undefined);
  }

  async writeText(file: RunFile, text: string): Promise<void> {
    await writeAtomically(this.pathOf(file), text);
  }

  /** Writes a value as JSON, its checksum beside it. @param indent 0 for one line, as large files have it */
  async write(file: RunFile, value: object, indent = 2): Promise<void> {
    const text = `${JSON.stringify(value, null, indent)}\n`;
    // Before the file: whatever is there, the old one or the new one, has its checksum.
    await this.#append('checksums', checkedLine({ file: fileNames[file], sum: checksumOf(text) }, ''));
    await this.writeText(file, text);
  }

  /**
   * Reads a file of JSON; `undefined` where there is none.
   *
   * @throws FormatError if it is not as it was written, or does not fit the schema
   */
  async readJson<S extends z.ZodType>(file: RunFile, schema: S): Promise<z.infer<S> | undefined> {
    const text = await this.readText(file);
    if (text === undefined) return undefined;
    if (await this.#isChanged(file, text)) throw damaged(this.pathOf(file), 'one that was changed since');
    const { data, error } = schema.safeParse(parseJson(text));
    if (error) throw damaged(this.pathOf(file), z.prettifyError(error).replace(/\s+/g, ' '));
    return data;
  }

  /** The settings of the run or the tuning that the folder holds, if they can be read. */
  async readSettings(): Promise<RunSettings | undefined> {
    const run = runSettingsSchema.safeParse(parseJson((await this.readText('settings')) ?? '')).data;
    if (run) return run;
    const [head = ''] = ((await this.readText('tuning')) ?? '').split('\n', 1);
    return tuningHeadSchema.safeParse(parseJson(head)).data?.settings;
  }

  /** The lines of a file of JSON Lines that are whole, fit, and are of the run. @param run its identity */
  async readLines<S extends z.ZodType>(
    file: RunFile,
    schema: S,
    run: string,
    fits: (value: z.infer<S>) => boolean = () => true,
  ): Promise<RecoveredLines<z.infer<S>>> {
    return recoverLines((await this.readText(file)) ?? '', schema, run, fits);
  }

  async writeLines(file: RunFile, values: readonly object[], run: string): Promise<void> {
    await this.writeText(file, values.map((value) => `${checkedLine(value, run)}\n`).join(''));
  }

  async remove(file: RunFile): Promise<void> {
    await rm(this.pathOf(file), { force: true });
  }

  /** Adds a line in one write: an interruption leaves whole lines and at most one torn one. */
  async addLine(file: RunFile, value: object, run: string): Promise<void> {
    await this.#append(file, checkedLine(value, run));
  }

  /**
   * Makes this the folder of a run with these settings. A finished result of the same run is kept as the previous one until
   * a new one is there to be compared with it.
   *
   * @param proven whether what is there is known to be of this run, whatever its settings file says
   * @returns whether an interrupted run with the same settings can go on here
   * @throws UsageError if the folder holds a run with other settings; FormatError if its settings are damaged
   */
  async claim(settings: RunSettings, proven = false): Promise<boolean> {
    const before = await this.readText('settings');
    const old = before === undefined ? undefined : runSettingsSchema.safeParse(parseJson(before)).data;
    const same = proven || (old !== undefined && identityOf(old) === identityOf(settings));
    if (!same && old) throw otherRun(this.path, old, settings);
    if (!same && (await this.#holdsWork())) throw damagedSettings(this.pathOf('settings'));
    if (!same && before === undefined && (await this.#holdsOthers())) throw noRun(this.path);
    const finished = await this.setResultAside();
    await this.write('settings', settings);
    return same && !finished;
  }

  /** Keeps a finished result as the previous one. @returns whether there was one; a damaged one is none */
  async setResultAside(): Promise<boolean> {
    const text = await this.readText('result');
    if (text === undefined || parseJson(text) === undefined || (await this.#isChanged('result', text)))
      return false;
    const path = this.pathOf('previousResult');
    await rename(this.pathOf('result'), path).catch(refuse(path));
    return true;
  }

  /** Whether a file is not what was written. One of an earlier version, which noted no checksums, counts as unchanged. */
  async #isChanged(file: RunFile, text: string): Promise<boolean> {
    const { values } = await this.readLines('checksums', checksumSchema, '');
    const sums = values.filter((each) => each.file === fileNames[file]).map(({ sum }) => sum);
    return sums.length > 0 && !sums.includes(checksumOf(text));
  }

  async #append(file: RunFile, line: string): Promise<void> {
    const path = this.pathOf(file);
    await appendFile(path, `${line}\n`).catch(refuse(path));
  }

  /** Whether the folder holds what a run has done: batches, results, or runs of its own. */
  async #holdsWork(): Promise<boolean> {
    const work: readonly string[] = [fileNames.batches, fileNames.result];
    for (const entry of await readdir(this.path, { withFileTypes: true })) {
      const inside = entry.isDirectory() && new RunFolder(join(this.path, entry.name));
      if (work.includes(entry.name) || (inside && (await inside.readText('batches')) !== undefined))
        return true;
    }
    return false;
  }

  /** Whether the folder holds folders, which no run leaves that is not known by its settings. */
  async #holdsOthers(): Promise<boolean> {
    const entries = await readdir(this.path, { withFileTypes: true });
    return entries.some((entry) => entry.isDirectory());
  }
}

function refuse(path: string): (error: unknown) => never {
  return (error) => {
    throw cannotWrite(path, error);
  };
}

function otherRun(folder: string, old: RunSettings, settings: RunSettings): UsageError {
  const keys = [...new Set([...Object.keys(old), ...Object.keys(settings)])];
  const differing = keys.filter((key) => JSON.stringify(old[key]) !== JSON.stringify(settings[key]));
  return new UsageError({
    where: folder,
    expected: 'the record of a run with the same settings, or none',
    got: `one that differs in ${differing.join(', ')}`,
    remedy: 'Choose another folder, or remove this one',
    means: ['folder'],
  });
}

function damaged(path: string, got: string): FormatError {
  return new FormatError({
    where: path,
    expected: 'a file as docs/run-folder.md describes it',
    got,
    remedy: 'Run the evaluation again',
  });
}

function damagedSettings(path: string): FormatError {
  return new FormatError({
    where: path,
    expected: 'the settings of the run in this folder',
    got: 'a damaged file, or none, so that nothing tells what the rest belongs to',
    remedy: 'Choose another folder',
    means: ['folder'],
  });
}

function noRun(path: string): UsageError {
  return new UsageError({
    where: path,
    expected: 'the folder of a run, or one to be made',
    got: 'a folder with other things in it',
    remedy: 'Choose another folder',
    means: ['folder'],
  });
}

/** `undefined` for what is no JSON. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
