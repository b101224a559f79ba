import type { Batch } from '../../data/load-batch.ts';
import type { UnreadPictures } from '../../data/unread-pictures.ts';
import { isNamed, joinSamples } from '../../graph/input-batch.ts';
import { inputsOf, partOf } from './drain-batches.ts';

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
  /** The files of the samples, where each is a picture in a file of its own. */
  readonly pictures?: UnreadPictures | undefined;
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
    // As it is now: where images are read elsewhere, the first ones may be looked at when all are done.
    const done = new Set(progress.ids);
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

  /**
   * The first images of the data as one batch, whatever batches they come in, so that what is seen in them does not depend on those;
   * `undefined` if there are none.
   *
   * @param most images, no more than are wanted again
   */
  async first(most: number): Promise<Batch | undefined> {
    const parts: Batch[] = [];
    for await (const part of this.#whole.firstImages(most)) parts.push(part);
    return joinBatches(parts);
  }

  /** The first images of the data, batch by batch. */
  firstImages(): AsyncGenerator<Batch> {
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

  /** The first images, batch by batch. */
  async *firstImages(most = this.#most): AsyncGenerator<Batch> {
    let left = most;
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

/** One batch of the samples of several; of those alone that go together, where texts of one batch are longer than of another. */
function joinBatches(batches: readonly Batch[]): Batch | undefined {
  const [first] = batches;
  if (!first) return undefined;
  const others = batches.findIndex((batch) => !sameLengths(first, batch));
  const joined = others < 0 ? batches : batches.slice(0, others);
  if (joined.length === 1) return first;
  const targets = joined.flatMap((batch) => batch.targets ?? []);
  const ids = joined.flatMap((batch) => batch.ids);
  return {
    ...joinSamples(joined.map(inputsOf)),
    ids,
    labels: joined.flatMap(({ labels }) => labels),
    ...(targets.length === ids.length && { targets }),
  };
}

function sameLengths(a: Batch, b: Batch): boolean {
  const lengths = (batch: Batch) =>
    JSON.stringify(
      isNamed(batch)
        ? Object.entries(batch.inputs).map(([name, { shape }]) => [name, shape.slice(1)])
        : batch.shape.slice(1),
    );
  return lengths(a) === lengths(b);
}
