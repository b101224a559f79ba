import { type Activation, activate } from '../analysis/activation.ts';
import { ConversionError } from '../errors.ts';
import { sizeOf } from '../graph/shape.ts';
import type { Observer } from './observer.ts';
import { StreamedQuantile } from './streamed-quantile.ts';

/** How the scale of a site follows from its activations. */
export interface ScaleRule {
  /** Quantile of the activations of all images, linearly interpolated; 1 for the maximum. */
  readonly quantile: number;
  /** Factor on the quantile. Default 1 */
  readonly factor?: number;
  /** One scale for each channel (axis 1) instead of one for the site. Default false */
  readonly perChannel?: boolean;
}

/** Smallest scale: a silent site or channel must not get the threshold 0. */
const smallestScale = 1e-6;

/**
 * Scale of a site's activations: one quantile over all images, of all activations or of each channel's, at least 1e-6. It
 * depends on the images alone, neither on how they are batched nor on their order.
 *
 * Differs from SpikingJelly's rate-coding conversion (`RateCodingRecipe`), which takes the quantile of each batch and a
 * moving average over the batches, 0.9·s + 0.1·new: there the largest activation is a mean of batches' maxima. With one
 * batch the two agree.
 */
export class ScaleObserver implements Observer {
  readonly #rule: ScaleRule;
  readonly #activation: Activation;
  #channels: StreamedQuantile[] = [];
  #rank = 0;

  /** @param activation applied to what is observed before the quantile is taken */
  constructor(rule: ScaleRule, activation: Activation) {
    this.#rule = rule;
    this.#activation = activation;
  }

  observe(values: Float32Array, shape: readonly number[]): void {
    const { quantile, perChannel } = this.#rule;
    const count = perChannel ? (shape[1] ?? 1) : 1;
    const area = perChannel ? sizeOf(shape.slice(2)) : values.length;
    if (this.#channels.length === 0) {
      this.#channels = Array.from({ length: count }, () => new StreamedQuantile(quantile));
      this.#rank = shape.length;
    }
    for (let from = 0, c = 0; from < values.length; from += area, c = (c + 1) % count) {
      const channel = this.#channels[c]!;
      for (let i = from; i < from + area; i++) channel.add(activate(this.#activation, values[i]!));
    }
  }

  /** The scales: one, or one for each channel. @throws ConversionError before the first batch */
  scales(): { readonly shape: number[]; readonly values: Float64Array } {
    if (this.#channels.length === 0) {
      throw new ConversionError({
        where: 'calibration',
        expected: 'at least one batch',
        got: 'none',
        remedy: 'Give calibration data',
      });
    }
    const { factor = 1, perChannel } = this.#rule;
    const trailing = new Array<number>(Math.max(this.#rank - 2, 0)).fill(1);
    return {
      shape: perChannel ? [this.#channels.length, ...trailing] : [],
      values: Float64Array.from(this.#channels, (each) => Math.max(factor * each.value(), smallestScale)),
    };
  }
}
