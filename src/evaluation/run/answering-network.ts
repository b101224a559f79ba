import { logitsOf } from '../../analysis/logits-of.ts';
import { RuntimeError } from '../../errors.ts';
import { firstNonFinite } from '../../first-non-finite.ts';
import { type FloatTensor, imageCount } from '../../graph/float-tensor.ts';
import type { InputBatch } from '../../graph/input-batch.ts';
import type { Model } from '../../graph/model.ts';
import { lookUp } from '../../look-up.ts';
import { OrtSession } from '../../sessions/ort-session.ts';
import { otherOutputsOf } from './other-outputs.ts';

/** What a network answers to a batch. */
export interface Answers {
  /** The output that it decides by, [N, …]. */
  readonly decisive: FloatTensor;
  /** Its other outputs that have a batch, in their order. */
  readonly others: readonly FloatTensor[];
}

/** A loaded network that does not spike. */
export class AnsweringNetwork {
  readonly #session: OrtSession;
  readonly #decisive: string;
  readonly #others: readonly string[];
  readonly #what: string;

  private constructor(session: OrtSession, model: Model, what: string) {
    this.#session = session;
    this.#decisive = logitsOf(model).name;
    this.#others = otherOutputsOf(model);
    this.#what = what;
  }

  /** @param what the network as errors word it */
  static async load(model: Model, what: string, threads: number): Promise<AnsweringNetwork> {
    return new AnsweringNetwork(await OrtSession.create(model, { threads }), model, what);
  }

  /** @throws RuntimeError if a number that it decides by is not finite */
  async answer(batch: InputBatch): Promise<Answers> {
    const outputs = await this.#session.run(batch);
    const decisive = lookUp(outputs, this.#decisive, 'output');
    this.#requireFinite(decisive);
    return { decisive, others: this.#others.map((name) => lookUp(outputs, name, 'output')) };
  }

  async close(): Promise<void> {
    await this.#session.release();
  }

  #requireFinite(decisive: FloatTensor): void {
    const { data } = decisive;
    const at = firstNonFinite(data);
    if (at < 0) return;
    throw new RuntimeError({
      where: `${this.#what}: image ${Math.floor(at / (data.length / imageCount(decisive)))} of a batch`,
      expected: 'finite logits',
      got: String(data[at]),
      remedy: 'Check that the network works in float32, and the preprocessing',
    });
  }
}
