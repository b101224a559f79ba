import type { ConversionPipeline } from '../conversion/conversion-pipeline.ts';
import type { Model } from '../graph/model.ts';
import type { FiringSchedule } from '../results/tuning-entry.ts';
import { BiasCorrector } from './corrections/bias-corrector.ts';
import type { NetworkPlan, NetworkPlanner } from './planning/network-plan.ts';
import type { PriceCorrections } from './planning/price-corrections.ts';
import type { TuningJournal } from './search/tuning-journal.ts';
import type { TuningImages } from './tuning-images.ts';

/** The networks of one tuning: plans them, with prices from its journal, and builds them. */
export class PlannedNetworks {
  readonly #pipeline: ConversionPipeline;
  readonly #planner: NetworkPlanner;
  readonly #journal: TuningJournal;
  readonly #corrector: BiasCorrector;

  constructor(
    pipeline: ConversionPipeline,
    planner: NetworkPlanner,
    journal: TuningJournal,
    { fitted, probes }: TuningImages,
    threads: number,
  ) {
    this.#pipeline = pipeline;
    this.#planner = planner;
    this.#journal = journal;
    const { clean: source, sites } = pipeline;
    this.#corrector = new BiasCorrector({ source, sites, batches: fitted, probes, threads });
  }

  /** A plan for an energy ratio. @param prices what spikes cost beside what was predicted; default: as the journal knows it */
  plan(
    schedule: FiringSchedule,
    ecmtRatio: number,
    prices: PriceCorrections | undefined = this.#journal.correctionsOf(schedule),
  ): NetworkPlan {
    return this.#planner.planFor(schedule, ecmtRatio, prices);
  }

  build({ sites, schedule }: NetworkPlan): Model {
    const placed = [...sites.values()].map((site) => site.placed);
    return this.#pipeline.place(placed, schedule.steps);
  }

  /** The network with the mean errors of its channels corrected; undefined where that is impossible. */
  buildCorrected(plan: NetworkPlan): Promise<Model | undefined> {
    return this.#corrector.correct(this.build(plan), plan.schedule.steps);
  }
}
