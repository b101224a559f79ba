import { RuntimeError } from '../errors.ts';
import { firstNonFinite } from '../first-non-finite.ts';
import type { FloatTensor } from '../graph/float-tensor.ts';
import type { Model } from '../graph/model.ts';
import { sizeOf } from '../graph/shape.ts';
import { topClassesOfRows } from '../metrics/top-classes.ts';
import { OrtSession } from '../sessions/ort-session.ts';

/** How many best classes are kept of each image. */
export const keptClasses = 5;

/** A network that does not spike, and classifies. */
export class DenseNetwork {
  readonly #session: OrtSession;
  readonly #logits: string;
  readonly #what: string;

  private constructor(session: OrtSession, logits: string, what: string) {
    this.#session = session;
    this.#logits = logits;
    this.#what = what;
  }

  /**
   * @param logits name of its output
   * @param what the network as errors word it
   */
  static async load(model: Model, logits: string, what: string, threads: number): Promise<DenseNetwork> {
    return new DenseNetwork(await OrtSession.create(model, { threads }), logits, what);
  }

  /** Number of classes, and the best five of each image. @throws RuntimeError if a logit is not finite */
  async classify(batch: FloatTensor): Promise<{ classes: number; best: number[][] }> {
    const logits = (await this.#session.run(batch)).get(this.#logits)!;
    this.#requireFinite(logits);
    const rows = asRows(logits);
    return { classes: rows.shape[1]!, best: topClassesOfRows(rows, keptClasses) };
  }

  async close(): Promise<void> {
    await this.#session.release();
  }

  #requireFinite({ data, shape }: FloatTensor): void {
    const at = firstNonFinite(data);
    if (at < 0) return;
    throw new RuntimeError({
      where: `${this.#what}: image ${Math.floor(at / (data.length / shape[0]!))} of a batch`,
      expected: 'finite logits',
      got: String(data[at]),
      remedy: 'Check that the network works in float32, and the preprocessing',
    });
  }
}

/** Logits [N, classes, 1, 1] of a fully convolutional network are [N, classes] too. */
function asRows({ shape, data }: FloatTensor): FloatTensor {
  return { shape: [shape[0]!, sizeOf(shape.slice(1))], data };
}
