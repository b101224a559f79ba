import { constantValues } from '../../analysis/constant-values.ts';
import { Graph } from '../../graph/graph.ts';
import { Model } from '../../graph/model.ts';
import type { Node } from '../../graph/node.ts';
import { cloneNode, valuesReadBy } from '../../graph/operation.ts';
import type { Tensor } from '../../graph/tensor.ts';
import { domain } from '../../spiking/domain.ts';
import { engineDomain } from './integer-product.ts';

/** Operators between two rows of cuts: everything that can be computed as soon as the cuts before have been. */
export interface Segment {
  /** Number of cuts on the longest path before it. Level 0 depends on inputs alone that are constant over time. */
  readonly level: number;
  /** The operators as a model of their own; the types and shapes of its inputs are yet unknown. */
  readonly model: Model;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
}

/** A graph in pieces, in the order in which they run: the segment of a level, then the cuts of that level. */
export interface Cut {
  /** One for each level; `undefined` where a level has no operators. */
  readonly segments: readonly (Segment | undefined)[];
  /** The nodes the engine runs itself, by the level of what they read. */
  readonly cuts: readonly (readonly Node[])[];
  /** Level of every value that is not constant. */
  readonly levels: ReadonlyMap<string, number>;
}

/** Domains of what the engine runs itself. */
const ownDomains: ReadonlySet<string> = new Set([domain, engineDomain]);

/**
 * Cuts a graph at all neurons and other nodes that the engine runs itself. A segment holds the operators of one level and copies of the
 * constants they need; weights in files stay references.
 *
 * @param overTime inputs that change from step to step, as behind a first cut
 */
export function cutGraph(model: Model, overTime: ReadonlySet<string> = new Set()): Cut {
  const { graph } = model;
  const constants = new Constants(graph);
  const levels = new Map(graph.inputs.map(({ name }) => [name, overTime.has(name) ? 1 : 0]));
  const members: Node[][] = [[]];
  const cuts: Node[][] = [[]];
  const wanted = new Set(graph.outputs.map(({ name }) => name));
  for (const each of graph.nodes) {
    if (constants.makes(each)) continue;
    const reads = valuesReadBy(each);
    let level = 0;
    for (const name of reads) level = Math.max(level, levels.get(name) ?? 0);
    const isCut = ownDomains.has(each.domain);
    // What something outside its own segment reads.
    for (const name of reads) if (isCut || levels.get(name) !== level) wanted.add(name);
    // Every level exists in both lists.
    for (let i = members.length; i <= level + 1; i++) {
      members.push([]);
      cuts.push([]);
    }
    (isCut ? cuts : members)[level]!.push(each);
    for (const name of each.outputs) if (name) levels.set(name, isCut ? level + 1 : level);
  }
  const segments = members.map((nodes, level) =>
    nodes.length > 0 ? makeSegment(model, level, nodes, constants, wanted) : undefined,
  );
  return { segments, cuts, levels };
}

function makeSegment(
  model: Model,
  level: number,
  nodes: readonly Node[],
  constants: Constants,
  wanted: ReadonlySet<string>,
): Segment {
  const own = new Set(nodes.flatMap(({ outputs }) => outputs));
  const read = new Set(nodes.flatMap((each) => [...valuesReadBy(each)]));
  const inputs = [...read].filter((name) => !own.has(name) && !constants.has(name));
  const outputs = nodes.flatMap((each) => each.outputs.filter((name) => name && wanted.has(name)));
  const graph = new Graph(`${model.graph.name}, segment ${level}`);
  const shared = constants.behind(read);
  for (const [name, tensor] of shared.initializers) graph.setInitializer(name, tensor);
  graph.setNodes([...shared.nodes, ...nodes].map(cloneNode));
  graph.setInputs(inputs.map((name) => ({ name, dataType: undefined, shape: undefined })));
  graph.setOutputs(outputs.map((name) => ({ name, dataType: undefined, shape: undefined })));
  const piece = new Model(graph, model.opset);
  piece.opsets = new Map([...model.opsets].filter(([name]) => !ownDomains.has(name)));
  piece.functions = model.functions.filter((each) => !ownDomains.has(each.domain));
  piece.irVersion = model.irVersion;
  return { level, model: piece, inputs, outputs };
}

/** The values of a graph that do not depend on its inputs, and what they are made from. */
class Constants {
  readonly #graph: Graph;
  readonly #values: ReadonlySet<string>;
  /** The nodes that make constants, numbered in topological order. */
  readonly #order: ReadonlyMap<Node, number>;

  constructor(graph: Graph) {
    const values = constantValues(graph);
    const nodes = graph.nodes.filter(({ outputs }) => outputs.every((name) => values.has(name)));
    this.#graph = graph;
    this.#values = values;
    this.#order = new Map(nodes.map((each, i) => [each, i]));
  }

  has(value: string): boolean {
    return this.#values.has(value);
  }

  makes(node: Node): boolean {
    return this.#order.has(node);
  }

  /** Nodes and initializers that the constants among some values are made from. */
  behind(values: ReadonlySet<string>): {
    nodes: readonly Node[];
    initializers: readonly (readonly [string, Tensor])[];
  } {
    const needed = new Set([...values].filter((name) => this.has(name)));
    const nodes = new Map<Node, number>();
    const initializers = new Map<string, Tensor>();
    // The set grows while it is gone through.
    for (const name of needed) {
      const constant = this.#graph.initializers.get(name);
      if (constant) initializers.set(name, constant);
      const producer = this.#graph.producerOf(name);
      const position = producer && this.#order.get(producer);
      if (!producer || position === undefined) continue;
      nodes.set(producer, position);
      for (const read of valuesReadBy(producer)) needed.add(read);
    }
    return {
      nodes: [...nodes].sort(([, a], [, b]) => a - b).map(([each]) => each),
      initializers: [...initializers],
    };
  }
}
