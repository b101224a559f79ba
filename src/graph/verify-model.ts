import { GraphError, listProblems } from '../errors.ts';
import type { Graph, Node } from './graph.ts';
import type { Model } from './model.ts';
import { describeNode } from './node.ts';
import { subgraphsOf } from './operation.ts';

/**
 * Checks the rules that every pass must keep: each value has one producer and is produced before it is read, node
 * names are unique, operators come from imported domains, functions of the model are called with inputs they have.
 *
 * @param where file or pass that is responsible, named in the message
 * @throws GraphError that lists every broken rule
 */
export function verifyModel(model: Model, where: string): void {
  const problems = [...problemsOfGraph(model.graph, ''), ...problemsOfCalls(model)];
  for (const { name, nodes, inputs, outputs } of model.functions) {
    const known = new Scope(inputs);
    problems.push(...problemsOfNodes(nodes, known, `function '${name}': `));
    for (const output of outputs) {
      if (!known.has(output)) problems.push(`function '${name}': output '${output}' is never produced`);
    }
  }
  if (problems.length > 0) throw new GraphError(listProblems(`${where}: the graph is not valid:`, problems));
}

/** The values that exist at some place of a graph: its own so far, and those around it. */
class Scope {
  readonly #own: Set<string>;
  readonly #outer: Scope | undefined;

  constructor(names: Iterable<string>, outer?: Scope) {
    this.#own = new Set(names);
    this.#outer = outer;
  }

  has(name: string): boolean {
    return this.#own.has(name) || (this.#outer?.has(name) ?? false);
  }

  add(name: string): void {
    this.#own.add(name);
  }
}

function* problemsOfGraph(graph: Graph, prefix: string, outer?: Scope): Generator<string> {
  const known = new Scope(graph.initializers.keys(), outer);
  for (const { name } of graph.inputs) {
    if (known.has(name)) yield `${prefix}input '${name}' exists twice`;
    known.add(name);
  }
  yield* problemsOfNodes(graph.nodes, known, prefix);
  for (const { name } of graph.outputs) {
    if (!known.has(name)) yield `${prefix}output '${name}' is never produced`;
  }
  if (graph.outputs.length === 0) yield `${prefix}the graph has no output`;
}

/** Adds the outputs of the nodes to `known`. */
function* problemsOfNodes(nodes: readonly Node[], known: Scope, prefix: string): Generator<string> {
  const names = new Set<string>();
  for (const each of nodes) {
    const at = () => `${prefix}${describeNode(each)}`;
    if (names.has(each.name)) yield `${at()}: another node has this name`;
    names.add(each.name);
    for (const input of each.inputs) {
      if (input && !known.has(input)) yield `${at()}: reads '${input}', which is not produced before it`;
    }
    for (const body of subgraphsOf(each)) yield* problemsOfGraph(body, `${at()}: body: `, known);
    for (const output of each.outputs) {
      if (output && known.has(output)) yield `${at()}: writes '${output}', which exists already`;
      if (output) known.add(output);
    }
  }
}

/** Domains whose operators ONNX Runtime brings along, and that of the segmented engine. */
const runtimeDomains = new Set([
  '',
  'ai.onnx.ml',
  'com.microsoft',
  'com.microsoft.nchwc',
  'transpike.engine',
]);

function* problemsOfCalls({ graph, functions, opsets }: Model): Generator<string> {
  const known = new Map(functions.map((each) => [`${each.domain}.${each.name}`, each]));
  for (const each of graph.nodes) {
    const called = known.get(`${each.domain}.${each.opType}`);
    if (called && each.inputs.length > called.inputs.length) {
      yield `${describeNode(each)}: gives ${each.inputs.length} inputs to a function of ${called.inputs.length}`;
    } else if (!called && !runtimeDomains.has(each.domain)) {
      yield `${describeNode(each)}: no function of this name in the model`;
    } else if (!opsets.has(each.domain)) {
      yield `${describeNode(each)}: domain '${each.domain}' is not imported`;
    }
  }
}
