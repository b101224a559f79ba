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
    // A stack of our own: residual sums stand behind each other by the hundred.
    const open = [value];
    for (let name = open.at(-1); name !== undefined; name = open.at(-1)) {
      const before = this.#known.has(name)
        ? []
        : this.#carried(name).filter((each) => !this.#known.has(each));
      open.push(...before.toReversed());
      if (before.length > 0) continue;
      if (!this.#known.has(name)) this.#known.set(name, this.#derive(name));
      open.pop();
    }
    return this.#known.get(value);
  }

  /** What a value carries the numbers of; empty where it follows from its inputs otherwise. */
  #carried(value: string): readonly string[] {
    const producer = this.#graph.producerOf(value);
    const carries = producer?.domain === '' ? linearOperators[producer.opType] : undefined;
    if (!producer || !carries) return [];
    return carries === 'all' ? producer.inputs : producer.inputs.slice(0, 1);
  }

  /** From what is known of all that it carries. */
  #derive(value: string): string | undefined {
    const carried = this.#carried(value);
    const producer = this.#graph.producerOf(value);
    if (!producer || carried.length === 0) return undefined;
    const spikes = carried.map((name) => this.#known.get(name));
    if (!spikes.every((name) => name !== undefined)) return undefined;
    return this.#copy(producer, [...spikes, ...producer.inputs.slice(carried.length)]);
  }

  #copy(of: Node, inputs: readonly string[]): string {
    const name = this.#graph.freshName(`statistics.${of.outputs[0]}.spikes`);
    // A difference of ones would hide spikes.
    const opType = of.opType === 'Sub' ? 'Add' : of.opType;
    this.#graph.append({ ...of, name, opType, inputs, outputs: [name] });
    return name;
  }
}
