import type { NeuronSpec } from '../neurons/neuron-node.ts';
import { lambdaRatio, lambdas, type SpikeFit, tradeOff, trimLadder } from './fit-spikes.ts';
import { codings, type LadderFamily } from './ladder-families.ts';
import type { PriceCorrections } from './price-corrections.ts';
import { onsetOf, type Schedule } from './schedule.ts';
import { divergenceOf, energyOf, type SiteProfile } from './site-profile.ts';

/** Neurons for all sites of a network, and what they promise. */
export interface NetworkPlan {
  readonly schedule: Schedule;
  /** Price λ they were chosen at. */
  readonly lambda: number;
  /** Neurons by site name. */
  readonly specs: ReadonlyMap<string, NeuronSpec & Pick<SpikeFit, 'relativeError' | 'spikes'>>;
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
  readonly #profiles: readonly SiteProfile[];
  readonly #families: readonly LadderFamily[];
  readonly #curves = new Map<string, readonly SpikeFit[]>();

  constructor(profiles: readonly SiteProfile[], families: readonly LadderFamily[]) {
    this.#profiles = profiles;
    this.#families = families;
  }

  /**
   * The plan with the smallest predicted divergence whose predicted energy ratio is at most this, or else the cheapest.
   *
   * @param corrections what spikes cost in this schedule beside what was predicted
   */
  planFor(schedule: Schedule, ecmtRatio: number, corrections: PriceCorrections = new Map()): NetworkPlan {
    const choose = (index: number) =>
      this.#profiles.map((profile) => {
        const correction = corrections.get(profile.site.name) ?? 1;
        const fit = this.#best(profile, schedule, dearer(index, correction));
        return { profile, fit, energy: correction * energyOf(profile, fit.spikes) };
      });
    const ratioOf = (choice: ReturnType<typeof choose>) =>
      choice.reduce((sum, { energy }) => sum + energy, 0);
    const found = lambdas.findIndex((_, i) => ratioOf(choose(i)) <= ecmtRatio);
    const index = found < 0 ? lambdas.length - 1 : found;
    const chosen = choose(index);
    return {
      schedule,
      lambda: lambdas[index]!,
      specs: new Map(
        chosen.map(({ profile, fit }) => [
          profile.site.name,
          specOf(profile, fit, onsetOf(schedule, profile.depth)),
        ]),
      ),
      predicted: {
        divergence: chosen.reduce((sum, { profile, fit }) => sum + divergenceOf(profile, fit), 0),
        ecmtRatio: ratioOf(chosen),
      },
    };
  }

  /** The coding and family that cost a site least. */
  #best(profile: SiteProfile, schedule: Schedule, index: number): SpikeFit {
    const onset = onsetOf(schedule, profile.depth);
    const steps = schedule.steps - onset + 1;
    return codings
      .filter(({ hasOnset }) => hasOnset || onset === 1)
      .flatMap((coding) =>
        this.#families.map((family) => this.#curve(profile, coding, family, steps)[index]!),
      )
      .reduce((a, b) => (b.cost < a.cost ? b : a));
  }

  #curve(
    profile: SiteProfile,
    coding: (typeof codings)[number],
    family: LadderFamily,
    steps: number,
  ): readonly SpikeFit[] {
    const key = [profile.site.name, coding.neuron.name, family.name, steps].join(' ');
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

function specOf(profile: SiteProfile, fit: SpikeFit, onset: number) {
  const { coding, positive, negative, deadZone, ladder, relativeError, spikes } = trimLadder(
    fit,
    profile.values,
  );
  return {
    neuron: coding.neuron,
    attributes: ladder,
    parameters: coding.parameters(positive, negative, deadZone, onset),
    relativeError,
    spikes,
  };
}
