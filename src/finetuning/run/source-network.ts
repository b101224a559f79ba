import { logitsOf } from '../../analysis/logits-of.ts';
import type { Model } from '../../graph/model.ts';
import { lookUp, mustExist } from '../../look-up.ts';
import { OrtSession } from '../../sessions/ort-session.ts';
import type { BatchLoader } from '../../training/data/batch-loader.ts';

/** The network without neurons: what spiking ones are compared with. */
export class SourceNetwork {
  readonly #session: OrtSession;
  readonly #input: { readonly name: string; readonly shape: readonly number[] };
  readonly #logits: string;

  private constructor(session: OrtSession, input: { name: string; shape: number[] }, logits: string) {
    this.#session = session;
    this.#input = input;
    this.#logits = logits;
  }

  static async open(model: Model): Promise<SourceNetwork> {
    const input = mustExist(model.graph.inputs[0], 'an input');
    const shape = (input.shape ?? []).slice(1).map(Number);
    const session = await OrtSession.create(model);
    return new SourceNetwork(session, { name: input.name, shape }, logitsOf(model).name);
  }

  /** Share of test samples whose class it gives. */
  async accuracy(loader: BatchLoader, size: number): Promise<number> {
    const rows = loader.rows;
    let correct = 0;
    for (let first = 0; first < size; first += rows) {
      const count = await loader.loadTest(first);
      const logits = await this.#run(loader.inputs, rows);
      const classes = logits.length / rows;
      for (let row = 0; row < count; row++) {
        const part = (values: Float32Array) => values.subarray(row * classes, (row + 1) * classes);
        correct += Number(largest(part(logits)) === largest(part(loader.targets)));
      }
    }
    return correct / size;
  }

  async release(): Promise<void> {
    await this.#session.release();
  }

  async #run(inputs: Float32Array, rows: number): Promise<Float32Array> {
    const { name, shape } = this.#input;
    const results = await this.#session.run(new Map([[name, { shape: [rows, ...shape], data: inputs }]]));
    return Float32Array.from(lookUp(results, this.#logits, 'output').data);
  }
}

function largest(values: Float32Array): number {
  return values.reduce((best, value, i) => (value > values[best]! ? i : best), 0);
}
