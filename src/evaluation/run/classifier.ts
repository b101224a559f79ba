import { logitsOf } from '../../analysis/logits-of.ts';
import { RuntimeError } from '../../errors.ts';
import { firstNonFinite } from '../../first-non-finite.ts';
import { type FloatTensor, imageCount } from '../../graph/float-tensor.ts';
import type { Model } from '../../graph/model.ts';
import { lookUp } from '../../look-up.ts';
import { classRows } from '../../metrics/class-rows.ts';
import { topClassesOfRows } from '../../metrics/top-classes.ts';
import { OrtSession } from '../../sessions/ort-session.ts';

/** How many best classes are kept of each image. */
export const keptClasses = 5;

/** A loaded network that does not spike, and classifies. */
export class Classifier {
  readonly #session: OrtSession;
  readonly #logits: string;
  readonly #what: string;

  private constructor(session: OrtSession, logits: string, what: string) {
    this.#session = session;
    this.#logits = logits;
    this.#what = what;
  }

  /** @param what the network as errors word it */
  static async load(model: Model, what: string, threads: number): Promise<Classifier> {
    return new Classifier(await OrtSession.create(model, { threads }), logitsOf(model).name, what);
  }

  /** Number of classes, and the best five of each image. @throws RuntimeError if a logit is not finite, or the output is no scores of classes */
  async classify(batch: FloatTensor): Promise<{ classes: number; best: number[][] }> {
    const logits = lookUp(await this.#session.run(batch), this.#logits, 'output');
    this.#requireFinite(logits);
    const rows = classRows(logits, 1);
    return { classes: rows.shape[1]!, best: topClassesOfRows(rows, keptClasses) };
  }

  async close(): Promise<void> {
    await this.#session.release();
  }

  #requireFinite(logits: FloatTensor): void {
    const { data } = logits;
    const at = firstNonFinite(data);
    if (at < 0) return;
    throw new RuntimeError({
      where: `${this.#what}: image ${Math.floor(at / (data.length / imageCount(logits)))} of a batch`,
      expected: 'finite logits',
      got: String(data[at]),
      remedy: 'Check that the network works in float32, and the preprocessing',
    });
  }
}
