import type { Batch } from '../../data/load-batch.ts';
import { partOf } from './drain-batches.ts';

/** Where the images of an evaluation come from. */
export interface EvaluationData {
  /** Number of images, those already done included. */
  readonly size: number;
  /**
   * Gives the images that are not done yet.
   *
   * @param skip ids of images that are done
   * @param onSkipped to be told of images that cannot be read
   */
  batches(skip: ReadonlySet<string>, onSkipped: (id: string, reason: string) => void): AsyncIterable<Batch>;
}

/** The images that are done, and where to tell of those that cannot be read. */
interface Progress {
  readonly ids: ReadonlySet<string>;
  skip(id: string, reason: string): void;
}

/**
 * The images of an evaluation: those still to be done, and the first ones of all, at which several of its parts look. A run that
 * was not interrupted decodes every batch once.
 */
export class EvaluationImages {
  readonly #remaining: ReplayedBatches;
  readonly #whole: ReplayedBatches;

  /** @param most images that are wanted again: the batches that hold them stay in memory */
  constructor(data: EvaluationData, progress: Progress, most: number) {
    const done = progress.ids;
    const remaining = data.batches(done, (id, reason) => progress.skip(id, reason));
    this.#remaining = new ReplayedBatches(remaining, most);
    this.#whole =
      done.size === 0
        ? this.#remaining
        : new ReplayedBatches(
            data.batches(new Set(), () => undefined),
            most,
          );
  }

  /** Batches of the images that are not done yet, once. */
  remaining(): AsyncIterator<Batch> {
    return this.#remaining.all();
  }

  /** The first batch of the data; `undefined` if there is none. */
  first(): Promise<Batch | undefined> {
    return this.#whole.first();
  }

  /** The first images of the data, batch by batch. */
  firstImages(): AsyncIterator<Batch> {
    return this.#whole.firstImages();
  }

  async close(): Promise<void> {
    await this.#remaining.close();
    if (this.#whole !== this.#remaining) await this.#whole.close();
  }
}

/** Batches that are decoded once, of which the first images can be looked at again. */
class ReplayedBatches {
  readonly #source: AsyncIterator<Batch>;
  readonly #most: number;
  readonly #kept: Batch[] = [];
  #images = 0;

  /** @param most images that are wanted again: the batches that hold them are kept */
  constructor(source: AsyncIterable<Batch>, most: number) {
    this.#source = source[Symbol.asyncIterator]();
    this.#most = most;
  }

  /** The first batch; `undefined` if there is none. */
  async first(): Promise<Batch | undefined> {
    return this.#kept[0] ?? (await this.#read());
  }

  /** The first images, batch by batch. */
  async *firstImages(): AsyncGenerator<Batch> {
    let left = this.#most;
    for (let i = 0; left > 0; i++) {
      const batch = this.#kept[i] ?? (await this.#read());
      if (!batch) return;
      yield partOf(batch, 0, left);
      left -= batch.ids.length;
    }
  }

  /** All batches, once. */
  async *all(): AsyncGenerator<Batch> {
    yield* this.#kept;
    for (let batch = await this.#read(); batch; batch = await this.#read()) yield batch;
  }

  async close(): Promise<void> {
    await this.#source.return?.(undefined);
  }

  async #read(): Promise<Batch | undefined> {
    const { done, value } = await this.#source.next();
    if (done) return undefined;
    if (this.#images < this.#most) this.#kept.push(value);
    this.#images += value.ids.length;
    return value;
  }
}
