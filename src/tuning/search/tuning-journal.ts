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
import type { PriceCorrections } from '../planning/price-corrections.ts';

/** An entry as text that does not depend on the order of its settings, which older versions wrote otherwise. */
function inOrder(entry: TuningEntry): string {
  if (entry.kind !== 'settings') return JSON.stringify(entry);
  return JSON.stringify(Object.entries(entry.settings).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/**
 * What a tuning has found so far, in its folder: a line for the settings and one for each finding. What an interruption leaves
 * is a whole number of findings.
 */
export class TuningJournal {
  readonly #folder: RunFolder;
  readonly #entries: TuningEntry[];

  private constructor(folder: RunFolder, entries: TuningEntry[]) {
    this.#folder = folder;
    this.#entries = entries;
  }

  /**
   * Opens a folder, going on where an interrupted tuning with the same settings stopped.
   *
   * @throws UsageError if the folder holds a tuning with other settings
   */
  static async open(path: string, settings: RunSettings): Promise<TuningJournal> {
    const folder = await RunFolder.make(path);
    const [first, ...findings] = await folder.readLines('tuning', tuningEntrySchema);
    const head: TuningEntry = { kind: 'settings', settings: JSON.parse(JSON.stringify(settings)) };
    if (first && inOrder(first) !== inOrder(head)) {
      throw new UsageError({
        where: path,
        expected: 'a tuning with the same settings, or none',
        got: `one with ${JSON.stringify(first.kind === 'settings' ? first.settings : first)}`,
        remedy: 'Choose another folder, or remove this one',
        means: ['folder'],
      });
    }
    await folder.writeLines('tuning', [head, ...findings]);
    return new TuningJournal(folder, findings);
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
    await this.#folder.addLine('tuning', entry);
  }
}
