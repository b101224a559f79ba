import type { WeightedValue } from '../../calibration/activation-histogram.ts';
import { firingBoundaries, type Ladder, ladderLevels } from '../../dynamics/ladder.ts';

/** Thresholds and dead zone of a ladder. */
export interface LadderSetting {
  readonly positive: number;
  readonly negative: number;
  /** In units of the threshold. */
  readonly deadZone: number;
}

/** What neurons do to a distribution of constant inputs. */
export interface SimulatedSite {
  /** Mean squared error of the decoded value after the last step. */
  readonly error: number;
  /** Mean error of the decoded value. */
  readonly bias: number;
  /** Spikes per neuron in all steps. */
  readonly spikes: number;
}

/**
 * Ladder neurons on constant inputs: what their reference step does, without its generality, since the tuner takes millions
 * of steps. Rule `nearest`.
 */
export class LadderSimulator {
  readonly #levels: Float64Array;
  /** Smallest potential of each level; the lowest one's is the dead zone. */
  readonly #boundaries: Float64Array;
  readonly #levelsPerNat: number;
  readonly #values: Float64Array;
  readonly #shares: Float64Array;

  constructor(ladder: Ladder, values: readonly WeightedValue[]) {
    this.#levels = Float64Array.from(ladderLevels(ladder));
    this.#boundaries = Float64Array.from([0, ...firingBoundaries(ladder)]);
    this.#levelsPerNat = 1 / Math.log(ladder.base);
    this.#values = Float64Array.from(values, ({ value }) => value);
    const total = values.reduce((sum, { count }) => sum + count, 0);
    this.#shares = Float64Array.from(values, ({ count }) => count / total);
  }

  /** @param differential whether a spike changes the value itself, instead of its running mean */
  run({ positive, negative, deadZone }: LadderSetting, steps: number, differential: boolean): SimulatedSite {
    let [error, bias, spikes] = [0, 0, 0];
    for (let i = 0; i < this.#values.length; i++) {
      const value = this.#values[i]!;
      let emitted = 0;
      let fired = 0;
      for (let t = 1; t <= steps; t++) {
        const potential = (differential ? value : t * value) - emitted;
        const threshold = potential >= 0 ? positive : negative;
        const ratio = Math.abs(potential) / threshold;
        if (ratio < deadZone) continue;
        fired++;
        emitted += (potential >= 0 ? threshold : -threshold) * this.#levels[this.#levelAt(ratio)]!;
      }
      const decoded = differential ? emitted : emitted / steps;
      error += this.#shares[i]! * (decoded - value) ** 2;
      bias += this.#shares[i]! * (decoded - value);
      spikes += this.#shares[i]! * fired;
    }
    return { error, bias, spikes };
  }

  /** Position of the level nearest to a potential. */
  #levelAt(ratio: number): number {
    if (ratio < 1) return 0;
    const top = this.#levels.length - 1;
    const below = Math.floor(Math.log(ratio) * this.#levelsPerNat);
    if (below >= top) return top;
    return ratio >= this.#boundaries[below + 1]! ? below + 1 : below;
  }
}
