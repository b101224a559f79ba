import type { Graph } from '../graph/graph.ts';
import type { Node } from '../graph/node.ts';

/** Operators that give more than zero only where something arrives, with the inputs that carry numbers. */
const linearOperators: Readonly<Record<string, 'first' | 'all'>> = {
  AveragePool: 'first',
  MaxPool: 'first',
  GlobalMaxPool: 'first',
  GlobalAveragePool: 'first',
  ReduceMean: 'first',
  ReduceSum: 'first',
  Reshape: 'first',
  Flatten: 'first',
  Transpose: 'first',
  Squeeze: 'first',
  Unsqueeze: 'first',
  Slice: 'first',
  Gather: 'first',
  Identity: 'first',
  Add: 'all',
  Sub: 'all',
  Concat: 'all',
};

/**
 * Finds where spikes arrive at values that neurons do not make directly but that follow from neurons by linear
 * operators alone (pooling, residual sums, changes of shape): the same operators, applied to ones for spikes
 * and zeros for silence. Spikes that cancel each other arrive nevertheless.
 */
export class SpikesThrough {
  readonly #graph: Graph;
  readonly #known: Map<string, string | undefined>;

  /** @param spikes ones for spikes, by the value that their neurons decode to; the graph gets the operators that are needed */
  constructor(graph: Graph, spikes: ReadonlyMap<string, string>) {
    this.#graph = graph;
    this.#known = new Map(spikes);
  }

  /** Positive where spikes arrive at a value, else 0; `undefined` if something else than spikes is in it. */
  of(value: string): string | undefined {
    if (!this.#known.has(value)) this.#known.set(value, this.#derive(value));
    return this.#known.get(value);
  }

  #derive(value: string): string | undefined {
    const producer = this.#graph.producerOf(value);
    const carries = producer?.domain === '' ? linearOperators[producer.opType] : undefined;
    if (!producer || !carries) return undefined;
    const inputs = producer.inputs.map((name, i) => (carries === 'all' || i === 0 ? this.of(name) : name));
    return inputs.includes(undefined) ? undefined : this.#copy(producer, inputs as string[]);
  }

  #copy(of: Node, inputs: readonly string[]): string {
    const name = this.#graph.freshName(`statistics.${of.outputs[0]}.spikes`);
    // A difference of ones would hide spikes.
    const opType = of.opType === 'Sub' ? 'Add' : of.opType;
    this.#graph.append({ ...of, name, opType, inputs, outputs: [name] });
    return name;
  }
}
