import { appendFile, mkdir, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import type { z } from 'zod';
import { messageOf, UsageError } from '../errors.ts';
import { writeAtomically } from '../files/write-atomically.ts';
import { type RunSettings, runSettingsSchema } from '../results/run-settings.ts';

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
} as const;

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
    await mkdir(path, { recursive: true }).catch((cause: unknown) => {
      throw new UsageError(
        {
          where: path,
          expected: 'a folder that can be written',
          got: messageOf(cause),
          remedy: 'Choose another folder',
          means: ['folder'],
        },
        { cause },
      );
    });
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

  /** Writes a value as JSON. @param indent 0 for one line, as large files have it */
  async write(file: RunFile, value: unknown, indent = 2): Promise<void> {
    await this.writeText(file, `${JSON.stringify(value, null, indent)}\n`);
  }

  /** The lines of a file of JSON Lines up to the first one that is torn or not ours. */
  async readLines<S extends z.ZodType>(file: RunFile, schema: S): Promise<z.infer<S>[]> {
    const read: z.infer<S>[] = [];
    for (const line of ((await this.readText(file)) ?? '').split('\n').slice(0, -1)) {
      const { success, data } = schema.safeParse(parseJson(line));
      if (!success) break;
      read.push(data);
    }
    return read;
  }

  async writeLines(file: RunFile, values: readonly unknown[]): Promise<void> {
    await this.writeText(file, values.map(toLine).join(''));
  }

  /** Adds a line in one write: an interruption leaves whole lines and at most one torn one. */
  async addLine(file: RunFile, value: unknown): Promise<void> {
    await appendFile(this.pathOf(file), toLine(value));
  }

  /**
   * Makes this the folder of a run with these settings. A finished result of the same run is kept as the previous one until
   * a new one is there to be compared with it.
   *
   * @returns whether an interrupted run with the same settings can go on here
   * @throws UsageError if the folder holds a run with other settings
   */
  async claim(settings: RunSettings): Promise<boolean> {
    const before = await this.readText('settings');
    const same = before === `${JSON.stringify(settings, null, 2)}\n`;
    if (before !== undefined && !same) throw otherRun(this.path, before, settings);
    const finished = await this.setResultAside();
    await this.write('settings', settings);
    return same && !finished;
  }

  /** Keeps a finished result as the previous one. @returns whether there was one */
  async setResultAside(): Promise<boolean> {
    const moved = rename(this.pathOf('result'), this.pathOf('previousResult'));
    return moved.then(
      () => true,
      () => false,
    );
  }
}

function otherRun(folder: string, before: string, settings: RunSettings): UsageError {
  const old = runSettingsSchema.safeParse(parseJson(before)).data ?? {};
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

function toLine(value: unknown): string {
  return `${JSON.stringify(value)}\n`;
}

/** `undefined` for what is no JSON. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
