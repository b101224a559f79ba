import { appendFile, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UsageError } from '../../errors.ts';
import { writeAtomically } from '../../files/write-atomically.ts';
import {
  type FiringSchedule,
  type Sensitivity,
  type TuningEntry,
  type TuningPoint,
  tuningEntrySchema,
} from '../../results/tuning-entry.ts';
import type { PriceCorrections } from '../planning/price-corrections.ts';

/**
 * What a tuning has found so far: `tuning.jsonl` in its folder, a line for the settings and one for each finding. A line is one
 * write, so an interruption leaves whole findings and at most one torn line.
 */
export class TuningJournal {
  readonly folder: string;
  readonly #entries: TuningEntry[];

  private constructor(folder: string, entries: TuningEntry[]) {
    this.folder = folder;
    this.#entries = entries;
  }

  /**
   * Opens a folder, going on where an interrupted tuning with the same settings stopped.
   *
   * @throws UsageError if the folder holds a tuning with other settings
   */
  static async open(folder: string, settings: Readonly<Record<string, unknown>>): Promise<TuningJournal> {
    await mkdir(folder, { recursive: true });
    const path = join(folder, 'tuning.jsonl');
    const before = wholeEntries(await readFile(path, 'utf8').catch(() => ''));
    const head: TuningEntry = { kind: 'settings', settings: JSON.parse(JSON.stringify(settings)) };
    const [first, ...findings] = before;
    if (first && JSON.stringify(first) !== JSON.stringify(head)) {
      throw new UsageError({
        where: folder,
        expected: 'a tuning with the same settings, or none',
        got: `one with ${JSON.stringify(first.kind === 'settings' ? first.settings : first)}`,
        remedy: 'Choose another folder, or remove this one',
        means: ['folder'],
      });
    }
    await writeAtomically(path, [head, ...findings].map(toLine).join(''));
    return new TuningJournal(folder, findings);
  }

  /** Sensitivities by site. */
  get sensitivities(): Map<string, Sensitivity> {
    return new Map(
      this.#entries.flatMap((entry) =>
        entry.kind === 'sensitivity' ? [[entry.site, entry.sensitivity] as const] : [],
      ),
    );
  }

  /** What spikes cost in a schedule beside what was predicted, if that is known. */
  correctionsOf({ steps, window }: FiringSchedule): PriceCorrections | undefined {
    for (const entry of this.#entries) {
      if (entry.kind !== 'prices') continue;
      const { schedule, corrections } = entry;
      if (schedule.steps === steps && schedule.window === window) return new Map(Object.entries(corrections));
    }
    return undefined;
  }

  get points(): TuningPoint[] {
    return this.#entries.flatMap((entry) => (entry.kind === 'point' ? [entry.point] : []));
  }

  /** The point with the same network for the same target, if it is measured already. */
  measuredAs(wanted: Omit<TuningPoint, 'measured'>): TuningPoint | undefined {
    return this.points.find(
      ({ target, lambda, schedule, biasCorrected }) =>
        target === wanted.target &&
        lambda === wanted.lambda &&
        schedule.steps === wanted.schedule.steps &&
        schedule.window === wanted.schedule.window &&
        biasCorrected === wanted.biasCorrected,
    );
  }

  async addSensitivity(site: string, sensitivity: Sensitivity): Promise<void> {
    if (!this.sensitivities.has(site)) await this.#add({ kind: 'sensitivity', site, sensitivity });
  }

  async addCorrections(schedule: FiringSchedule, corrections: PriceCorrections): Promise<void> {
    await this.#add({ kind: 'prices', schedule, corrections: Object.fromEntries(corrections) });
  }

  async addPoint(point: TuningPoint): Promise<void> {
    await this.#add({ kind: 'point', point });
  }

  async #add(entry: TuningEntry): Promise<void> {
    this.#entries.push(entry);
    await appendFile(join(this.folder, 'tuning.jsonl'), toLine(entry));
  }
}

function toLine(entry: TuningEntry): string {
  return `${JSON.stringify(entry)}\n`;
}

/** The entries up to the first line that is torn or not ours. */
function wholeEntries(text: string): TuningEntry[] {
  const entries: TuningEntry[] = [];
  for (const line of text.split('\n').slice(0, -1)) {
    const parsed = parse(line);
    if (!parsed) break;
    entries.push(parsed);
  }
  return entries;
}

function parse(line: string): TuningEntry | undefined {
  try {
    return tuningEntrySchema.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}
