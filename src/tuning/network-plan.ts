import type { NeuronSpec } from '../neurons/neuron-node.ts';
import { lambdas, type SpikeFit, tradeOff, trimLadder } from './fit-spikes.ts';
import { codings, type LadderFamily } from './ladder-families.ts';
import { onsetOf, type Schedule } from './schedule.ts';
import type { SiteProfile } from './site-profile.ts';

/** Neurons for all sites of a network, and what they promise. */
export interface NetworkPlan {
  readonly schedule: Schedule;
  /** Price λ they were chosen at. */
  readonly lambda: number;
  /** Neurons by site name. */
  readonly specs: ReadonlyMap<string, NeuronSpec & { readonly relativeError: number }>;
  /** Predicted from the sites' distributions alone. */
  readonly predicted: {
    /** Divergence of the output in nats: Σ sensitivity · relative error. */
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

  /** The plan with the smallest predicted divergence whose predicted energy ratio is at most this, or else the cheapest. */
  planFor(schedule: Schedule, ecmtRatio: number): NetworkPlan {
    const index = lambdas.findIndex((_, i) => this.#ratioAt(schedule, i) <= ecmtRatio);
    return this.#planAt(schedule, index < 0 ? lambdas.length - 1 : index);
  }

  #ratioAt(schedule: Schedule, index: number): number {
    return this.#profiles.reduce(
      (sum, profile) => sum + energyOf(profile, this.#best(profile, schedule, index)),
      0,
    );
  }

  #planAt(schedule: Schedule, index: number): NetworkPlan {
    const chosen = this.#profiles.map((profile) => ({ profile, fit: this.#best(profile, schedule, index) }));
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
        divergence: chosen.reduce(
          (sum, { profile, fit }) => sum + profile.sensitivity * fit.relativeError,
          0,
        ),
        ecmtRatio: chosen.reduce((sum, { profile, fit }) => sum + energyOf(profile, fit), 0),
      },
    };
  }

  /** The coding and family that cost a site least. */
  #best(profile: SiteProfile, schedule: Schedule, index: number): SpikeFit {
    const onset = onsetOf(schedule, profile.depth);
    const steps = schedule.steps - onset + 1;
    const possible = codings.filter(({ hasOnset }) => hasOnset || onset === 1);
    return possible
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

function energyOf({ price, neurons }: SiteProfile, { spikes }: SpikeFit): number {
  return price * neurons * spikes;
}

function specOf(profile: SiteProfile, fit: SpikeFit, onset: number) {
  const { coding, positive, negative, deadZone, ladder, relativeError } = trimLadder(fit, profile.values);
  return {
    neuron: coding.neuron,
    attributes: ladder,
    parameters: coding.parameters(positive, negative, deadZone, onset),
    relativeError,
  };
}
