import { type Activation, activate } from '../analysis/activation.ts';
import { ConversionError } from '../errors.ts';
import { sizeOf } from '../graph/shape.ts';
import { linearQuantile } from './linear-quantile.ts';
import type { Observer } from './observer.ts';

/** How the scale of a site follows from its activations. */
export interface ScaleRule {
  /** Quantile of the activations of a batch, linearly interpolated; 1 for the maximum. */
  readonly quantile: number;
  /** Factor on the quantile. Default 1 */
  readonly factor?: number;
  /** One scale for each channel (axis 1) instead of one for the site. Default false */
  readonly perChannel?: boolean;
}

/** Weight of a new batch in the moving average of the scales. */
const momentum = 0.1;

/** Smallest scale: a silent site or channel must not get the threshold 0. */
const smallestScale = 1e-6;

/**
 * Scale of a site's activations: a quantile of each batch, of all activations or of each channel's, clamped to at least
 * 1e-6. Over the batches it is an exponential moving average that begins with the first batch: s ← 0.9·s + 0.1·new.
 *
 * The same as the calibration of SpikingJelly's rate-coding conversion (`RateCodingRecipe`).
 */
export class ScaleObserver implements Observer {
  readonly #rule: ScaleRule;
  readonly #activation: Activation;
  #scales: Float64Array | undefined;
  #rank = 0;

  /** @param activation applied to what is observed before the quantile is taken */
  constructor(rule: ScaleRule, activation: Activation) {
    this.#rule = rule;
    this.#activation = activation;
  }

  observe(values: Float32Array, shape: readonly number[]): void {
    const fresh = this.#channels(values, shape).map((channel) => this.#scaleOf(channel));
    this.#rank = shape.length;
    this.#scales = this.#scales
      ? this.#scales.map((scale, c) => (1 - momentum) * scale + momentum * fresh[c]!)
      : Float64Array.from(fresh);
  }

  /** The scales: one, or one for each channel. @throws ConversionError before the first batch */
  scales(): { readonly shape: number[]; readonly values: Float64Array } {
    if (!this.#scales) {
      throw new ConversionError({
        where: 'calibration',
        expected: 'at least one batch',
        got: 'none',
        remedy: 'Give calibration data',
      });
    }
    const trailing = new Array<number>(Math.max(this.#rank - 2, 0)).fill(1);
    const shape = this.#rule.perChannel ? [this.#scales.length, ...trailing] : [];
    return { shape, values: this.#scales };
  }

  #scaleOf(activations: Float32Array): number {
    const { quantile, factor = 1 } = this.#rule;
    return Math.max(factor * linearQuantile(activations, quantile), smallestScale);
  }

  #channels(values: Float32Array, shape: readonly number[]): Float32Array[] {
    const active = values.map((value) => activate(this.#activation, value));
    if (!this.#rule.perChannel) return [active];
    const [batch = 1, channels = 1, ...rest] = shape;
    const area = sizeOf(rest);
    return Array.from({ length: channels }, (_, c) => {
      const channel = new Float32Array(batch * area);
      for (let n = 0; n < batch; n++) {
        const from = (n * channels + c) * area;
        channel.set(active.subarray(from, from + area), n * area);
      }
      return channel;
    });
  }
}
