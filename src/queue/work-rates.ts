/** Milliseconds over which a rate is taken. */
const window = 60_000;

/** How fast the workers of a run are, by what has come back. */
export class WorkRates {
  readonly #recent: { readonly time: number; readonly worker: string; readonly images: number }[] = [];
  #images = 0;

  /** Images that have come back. */
  get images(): number {
    return this.#images;
  }

  /** Workers that something came back from lately. */
  get workers(): number {
    this.#forget();
    return new Set(this.#recent.map(({ worker }) => worker)).size;
  }

  add(worker: string, images: number): void {
    this.#images += images;
    this.#recent.push({ time: performance.now(), worker, images });
    this.#forget();
  }

  /** Images a second; 0 before there are two returns. */
  perSecond(): number {
    this.#forget();
    const [first, ...others] = this.#recent;
    if (!first || others.length === 0) return 0;
    const seconds = (performance.now() - first.time) / 1000;
    return others.reduce((sum, { images }) => sum + images, 0) / Math.max(seconds, 1e-3);
  }

  #forget(): void {
    const from = performance.now() - window;
    let old = 0;
    while ((this.#recent[old]?.time ?? from) < from) old++;
    this.#recent.splice(0, old);
  }
}
