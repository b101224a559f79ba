/** What follows from the result of an epoch. */
export interface ScheduleOutcome {
  /** The best of its stage so far: its weights are kept. */
  readonly better: boolean;
  /** The best weights come back, the newest spiking layer is frozen, and the next layer is replaced. */
  readonly ends: boolean;
}

/** When layers are replaced. */
export interface TandemScheduleSettings {
  /** Number of layers that are replaced by spiking ones, without the head. */
  readonly layers: number;
  /** A stage ends after this many epochs without a better result. */
  readonly patience: number;
  /** A stage ends after this many epochs at the latest. Default: no limit. */
  readonly stageEpochs?: number | undefined;
}

/**
 * The adaptive schedule of progressive tandem learning. In stage k (from 0) the layers 0…k spike; in the last stage, `layers`, all
 * do, and the head alone is trained. Results are compared within a stage, but an equal one is no better; the last stage compares
 * nothing, and ends with the training.
 *
 * Wu et al. 2021, arXiv:2007.01204, as its published code has it.
 */
export class TandemSchedule {
  readonly #settings: TandemScheduleSettings;
  #stage = 0;
  #waited = 0;
  #epochs = 0;
  #best = Number.NEGATIVE_INFINITY;

  constructor(settings: TandemScheduleSettings) {
    this.#settings = settings;
  }

  /** Index of the newest spiking layer; the number of layers, where the head alone is left. */
  get stage(): number {
    return this.#stage;
  }

  /** Epochs since the best one of the stage. */
  get waited(): number {
    return this.#waited;
  }

  /** Best result of the stage, −∞ before the first; in the last stage that of the stage before. */
  get best(): number {
    return this.#best;
  }

  /** Takes the result of an epoch: an accuracy, or a loss with its sign turned, so that more is better. */
  after(score: number): ScheduleOutcome {
    const { layers, patience, stageEpochs = Number.POSITIVE_INFINITY } = this.#settings;
    if (this.#stage === layers) return { better: false, ends: false };
    const better = score > this.#best;
    this.#best = Math.max(this.#best, score);
    this.#waited = better ? 0 : this.#waited + 1;
    this.#epochs++;
    const ends = this.#waited === patience || this.#epochs === stageEpochs;
    if (ends) this.#nextStage(layers);
    return { better, ends };
  }

  #nextStage(layers: number): void {
    this.#stage++;
    this.#waited = 0;
    this.#epochs = 0;
    if (this.#stage < layers) this.#best = Number.NEGATIVE_INFINITY;
  }
}
