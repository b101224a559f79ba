import { ActivationHistogram } from '../../calibration/activation-histogram.ts';
import type { Observer } from '../../calibration/observer.ts';
import { sizeOf } from '../../graph/shape.ts';
import type { SitePart } from './site-parts.ts';

/** Distributions of a site's activations, one for each of its parts. */
export class PartObserver implements Observer {
  readonly histograms: readonly ActivationHistogram[];
  readonly #parts: readonly SitePart[];

  /** @param parts empty for a site that is not divided */
  constructor(parts: readonly SitePart[]) {
    this.#parts = parts;
    this.histograms = Array.from({ length: Math.max(1, parts.length) }, () => new ActivationHistogram());
  }

  observe(values: Float32Array, shape: readonly number[]): void {
    const [part] = this.#parts;
    if (!part) {
      this.histograms[0]!.observe(values);
      return;
    }
    const inner = sizeOf(shape.slice(part.axis + 1));
    const length = shape[part.axis]!;
    const partOf = part.members.map((_, i) => this.#parts.findIndex(({ members }) => members[i]));
    for (let from = 0, position = 0; from < values.length; from += inner, position++) {
      this.histograms[partOf[position % length]!]!.observe(values.subarray(from, from + inner));
    }
  }
}
