import { constantValues } from '../../analysis/constant-values.ts';
import { Graph, valuesReadBy } from '../../graph/graph.ts';
import { Model } from '../../graph/model.ts';
import type { Node } from '../../graph/node.ts';
import { domain } from '../../spiking/domain.ts';

/** Operators between two rows of cuts: everything that can be computed as soon as the cuts before have been. */
export interface Segment {
  /** Number of cuts on the longest path before it. Level 0 depends on the network's input alone. */
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

/**
 * Cuts a graph at all nodes of domain `transpike`. A segment holds the operators of one level and copies of the
 * constants they need; weights in files stay references.
 */
export function cutGraph(model: Model): Cut {
  const { graph } = model;
  const constant = constantValues(graph);
  const levels = new Map(graph.inputs.map(({ name }) => [name, 0]));
  const members: Node[][] = [[]];
  const cuts: Node[][] = [[]];
  for (const each of graph.nodes) {
    if (each.outputs.every((name) => constant.has(name))) continue;
    const level = Math.max(0, ...[...valuesReadBy(each)].map((name) => levels.get(name) ?? 0));
    const isCut = each.domain === domain;
    // Every level exists in both lists.
    for (let i = members.length; i <= level + 1; i++) {
      members.push([]);
      cuts.push([]);
    }
    (isCut ? cuts : members)[level]!.push(each);
    for (const name of each.outputs) if (name) levels.set(name, isCut ? level + 1 : level);
  }
  const wanted = neededElsewhere(graph, members);
  const segments = members.map((nodes, level) =>
    nodes.length > 0 ? makeSegment(model, level, nodes, constant, wanted) : undefined,
  );
  return { segments, cuts, levels };
}

/** The values that something outside their own segment reads. */
function neededElsewhere(graph: Graph, members: readonly Node[][]): ReadonlySet<string> {
  const home = new Map(members.flatMap((nodes, level) => nodes.map((each) => [each, level] as const)));
  const wanted = new Set(graph.outputs.map(({ name }) => name));
  for (const each of graph.nodes) {
    for (const name of valuesReadBy(each)) {
      const producer = graph.producerOf(name);
      if (producer && home.get(producer) !== home.get(each)) wanted.add(name);
    }
  }
  return wanted;
}

function makeSegment(
  model: Model,
  level: number,
  nodes: readonly Node[],
  constant: ReadonlySet<string>,
  wanted: ReadonlySet<string>,
): Segment {
  const own = new Set(nodes.flatMap(({ outputs }) => outputs));
  const read = new Set(nodes.flatMap((each) => [...valuesReadBy(each)]));
  const inputs = [...read].filter((name) => !own.has(name) && !constant.has(name));
  const outputs = nodes.flatMap((each) => each.outputs.filter((name) => name && wanted.has(name)));
  const graph = new Graph(`${model.graph.name}, segment ${level}`);
  const shared = constantsFor(model.graph, read, constant);
  for (const name of shared.initializers) graph.initializers.set(name, model.graph.initializers.get(name)!);
  graph.setNodes([...shared.nodes, ...nodes]);
  graph.inputs = inputs.map((name) => ({ name, dataType: undefined, shape: undefined }));
  graph.outputs = outputs.map((name) => ({ name, dataType: undefined, shape: undefined }));
  const piece = new Model(graph, model.opset);
  piece.opsets = new Map([...model.opsets].filter(([name]) => name !== domain));
  piece.functions = model.functions;
  piece.irVersion = model.irVersion;
  return { level, model: piece, inputs, outputs };
}

/** What the constants among `read` are made from. */
function constantsFor(graph: Graph, read: ReadonlySet<string>, constant: ReadonlySet<string>) {
  const needed = new Set([...read].filter((name) => constant.has(name)));
  const nodes: Node[] = [];
  for (const each of graph.nodes.toReversed()) {
    if (!each.outputs.some((name) => needed.has(name))) continue;
    if (!each.outputs.every((name) => constant.has(name))) continue;
    nodes.unshift(each);
    for (const name of valuesReadBy(each)) needed.add(name);
  }
  return { nodes, initializers: [...needed].filter((name) => graph.initializers.has(name)) };
}
