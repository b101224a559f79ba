import type { WeightedValue } from '../../calibration/activation-histogram.ts';
import { type Ladder, LadderScale } from '../../dynamics/ladder.ts';

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
 * Neurons of one ladder on constant inputs. What their reference steps do, but for the generality that keeps a compiler from
 * joining step and loop: a search takes millions of steps.
 */
export class LadderSimulator {
  readonly #scale: LadderScale;
  readonly #values: Float64Array;
  readonly #shares: Float64Array;

  constructor(ladder: Ladder, values: readonly WeightedValue[]) {
    this.#scale = new LadderScale(ladder);
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
        const spike = this.#scale.fire(potential, positive, negative, deadZone);
        if (spike === 0) continue;
        fired++;
        emitted += spike;
      }
      const decoded = differential ? emitted : emitted / steps;
      error += this.#shares[i]! * (decoded - value) ** 2;
      bias += this.#shares[i]! * (decoded - value);
      spikes += this.#shares[i]! * fired;
    }
    return { error, bias, spikes };
  }
}
