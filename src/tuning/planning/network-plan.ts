import { mustExist } from '../../look-up.ts';
import type { FiringSchedule } from '../../results/tuning-entry.ts';
import { lambdaRatio, lambdas, type SpikeFit, tradeOff } from '../ladders/fit-spikes.ts';
import { type LadderFamily, ladderCodings } from '../ladders/ladder-families.ts';
import { onsetOf } from '../search/firing-schedule.ts';
import { divergenceOf, energyOf, type SiteProfile } from '../sensitivity/site-profile.ts';
import { type PlannedSite, siteSpec } from './planned-site.ts';
import type { PriceCorrections } from './price-corrections.ts';

/** Neurons for all sites of a network, and what they promise. */
export interface NetworkPlan {
  readonly schedule: FiringSchedule;
  /** Price λ they were chosen at. */
  readonly lambda: number;
  /** By site name. */
  readonly sites: ReadonlyMap<string, PlannedSite>;
  /** Predicted from the sites' distributions alone. */
  readonly predicted: {
    /** Divergence of the output in nats, summed over the sites. */
    readonly divergence: number;
    /** ECMT's energy ratio. */
    readonly ecmtRatio: number;
  };
}

/** Plans networks from the profiles of their sites; keeps the sites' trade-offs, which several schedules share. */
export class NetworkPlanner {
  /** The profiles of each site: one, or one a part. */
  readonly #sites: readonly (readonly SiteProfile[])[];
  readonly #families: readonly LadderFamily[];
  readonly #curves = new Map<string, readonly SpikeFit[]>();

  constructor(profiles: readonly SiteProfile[], families: readonly LadderFamily[]) {
    const names = [...new Set(profiles.map(({ site }) => site.name))];
    this.#sites = names.map((name) => profiles.filter(({ site }) => site.name === name));
    this.#families = families;
  }

  /**
   * The plan with the smallest predicted divergence whose predicted energy ratio is at most this, or else the cheapest.
   *
   * @param corrections what spikes cost in this schedule beside what was predicted
   */
  planFor(
    schedule: FiringSchedule,
    ecmtRatio: number,
    corrections: PriceCorrections = new Map(),
  ): NetworkPlan {
    const choose = (index: number) =>
      this.#sites.map((parts) => {
        const { site, depth } = parts[0]!;
        const correction = corrections.get(site.name) ?? 1;
        const onset = onsetOf(schedule, depth);
        const fits = this.#best(parts, schedule, onset, dearer(index, correction));
        const energy = fits.reduce((sum, { spikes }, i) => sum + energyOf(parts[i]!, spikes), 0);
        return { parts, onset, fits, energy: correction * energy };
      });
    const ratioOf = (choice: ReturnType<typeof choose>) =>
      choice.reduce((sum, { energy }) => sum + energy, 0);
    const found = lambdas.findIndex((_, i) => ratioOf(choose(i)) <= ecmtRatio);
    const index = found < 0 ? lambdas.length - 1 : found;
    const chosen = choose(index);
    return {
      schedule,
      lambda: lambdas[index]!,
      sites: new Map(
        chosen.map(({ parts, fits, onset }) => [parts[0]!.site.name, siteSpec(parts, fits, onset)]),
      ),
      predicted: {
        divergence: chosen
          .flatMap(({ parts, fits }) => parts.map((part, i) => divergenceOf(part, fits[i]!)))
          .reduce((a, b) => a + b, 0),
        ecmtRatio: ratioOf(chosen),
      },
    };
  }

  /** The coding and family that cost a site least, fitted to each of its parts. */
  #best(
    parts: readonly SiteProfile[],
    schedule: FiringSchedule,
    onset: number,
    index: number,
  ): readonly SpikeFit[] {
    const steps = schedule.steps - onset + 1;
    // Where all neurons have a single step, the plain ones do.
    const coding = mustExist(
      ladderCodings.find(({ hasOnset }) => hasOnset === schedule.steps > 1),
      `coding for ${schedule.steps} steps`,
    );
    return this.#families
      .map((family) => parts.map((part) => this.#curve(part, coding, family, steps)[index]!))
      .reduce((a, b) => (costOf(b) < costOf(a) ? b : a));
  }

  #curve(
    profile: SiteProfile,
    coding: (typeof ladderCodings)[number],
    family: LadderFamily,
    steps: number,
  ): readonly SpikeFit[] {
    const key = [
      profile.site.name,
      profile.part?.members.indexOf(true),
      coding.neuron.name,
      family.name,
      steps,
    ].join(' ');
    const known = this.#curves.get(key);
    if (known) return known;
    const made = tradeOff({ profile, coding, family, steps });
    this.#curves.set(key, made);
    return made;
  }
}

/** Position of the price that is higher by this factor. */
function dearer(index: number, factor: number): number {
  const shifted = index + Math.round(Math.log(factor) / Math.log(lambdaRatio));
  return Math.min(Math.max(shifted, 0), lambdas.length - 1);
}

function costOf(fits: readonly SpikeFit[]): number {
  return fits.reduce((sum, { cost }) => sum + cost, 0);
}
