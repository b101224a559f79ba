import { UsageError } from '../../errors.ts';
import type { RunSettings } from '../../results/run-settings.ts';
import {
  type FiringSchedule,
  type Sensitivity,
  type TuningEntry,
  type TuningPoint,
  tuningEntrySchema,
} from '../../results/tuning-entry.ts';
import { RunFolder } from '../../runs/run-folder.ts';
import { identityOf } from '../../runs/run-identity.ts';
import type { PriceCorrections } from '../planning/price-corrections.ts';

/**
 * What a tuning has found so far, in its folder: a line for the settings and one for each finding. What an interruption leaves
 * is a whole number of findings.
 */
export class TuningJournal {
  /** Numbers of the lines that were damaged, repeated, or of another tuning, and are left out. */
  readonly lost: readonly number[];
  readonly #folder: RunFolder;
  readonly #run: string;
  readonly #entries: TuningEntry[];

  private constructor(folder: RunFolder, run: string, entries: TuningEntry[], lost: readonly number[]) {
    this.#folder = folder;
    this.#run = run;
    this.#entries = entries;
    this.lost = lost;
  }

  /**
   * Opens a folder, going on where an interrupted tuning with the same settings stopped. Who may work in the folder, withFolderLock
   * sees to.
   *
   * @throws UsageError if the folder holds a tuning with other settings
   */
  static async open(path: string, settings: RunSettings): Promise<TuningJournal> {
    const folder = await RunFolder.make(path);
    const run = identityOf(settings);
    const { values, proven, lost } = await folder.readLines('tuning', tuningEntrySchema, run);
    const text = (await folder.readText('tuning')) ?? '';
    if (!proven && text !== '') requireSame(path, text, run);
    const findings = values.filter(({ kind }) => kind !== 'settings');
    const head: TuningEntry = { kind: 'settings', settings };
    await folder.writeLines('tuning', [head, ...findings], run);
    return new TuningJournal(folder, run, findings, lost);
  }

  /** Path of the folder. */
  get folder(): string {
    return this.#folder.path;
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
    await this.#folder.addLine('tuning', entry, this.#run);
  }
}

/** @throws UsageError unless the first line of a journal without a proof of whose it is has the same settings */
function requireSame(path: string, text: string, run: string): void {
  const head = settingsOf(text.split('\n', 1)[0]!);
  if (head && identityOf(head) === run) return;
  throw new UsageError({
    where: path,
    expected: 'a tuning with the same settings, or none',
    got: head ? `one with ${JSON.stringify(head)}` : 'one whose settings are damaged',
    remedy: 'Choose another folder, or remove this one',
    means: ['folder'],
  });
}

/** The settings in the first line of a journal, as they stand there. */
function settingsOf(line: string): RunSettings | undefined {
  try {
    const entry = tuningEntrySchema.parse(JSON.parse(line));
    return entry.kind === 'settings' ? entry.settings : undefined;
  } catch {
    return undefined;
  }
}
