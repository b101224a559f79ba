import { GraphError, listProblems } from '../errors.ts';
import { type Graph, subgraphsOf } from './graph.ts';
import type { Model } from './model.ts';
import { describeNode, type Node } from './node.ts';

/**
 * Checks the rules that every pass must keep: each value has one producer and is produced before it is read, node
 * names are unique, operators come from imported domains, functions of the model are called with inputs they have.
 *
 * @param where file or pass that is responsible, named in the message
 * @throws GraphError that lists every broken rule
 */
export function verifyModel(model: Model, where: string): void {
  const problems = [...verifyGraph(model.graph, new Set(), ''), ...verifyCalls(model, model.graph.nodes)];
  for (const each of model.functions) {
    const body = new Set(each.inputs);
    problems.push(...verifyNodes(each.nodes, body, `function '${each.name}': `));
    for (const name of each.outputs) {
      if (!body.has(name)) problems.push(`function '${each.name}': output '${name}' is never produced`);
    }
  }
  if (problems.length > 0) throw new GraphError(listProblems(`${where}: the graph is not valid:`, problems));
}

function verifyGraph(graph: Graph, outer: ReadonlySet<string>, prefix: string): string[] {
  const known = new Set([...outer, ...graph.initializers.keys()]);
  const problems: string[] = [];
  for (const { name } of graph.inputs) {
    if (known.has(name)) problems.push(`${prefix}input '${name}' exists twice`);
    known.add(name);
  }
  problems.push(...verifyNodes(graph.nodes, known, prefix));
  for (const { name } of graph.outputs) {
    if (!known.has(name)) problems.push(`${prefix}output '${name}' is never produced`);
  }
  if (graph.outputs.length === 0) problems.push(`${prefix}the graph has no output`);
  return problems;
}

/** Adds the outputs of the nodes to `known`. */
function verifyNodes(nodes: readonly Node[], known: Set<string>, prefix: string): string[] {
  const problems: string[] = [];
  const names = new Set<string>();
  for (const each of nodes) {
    const at = `${prefix}${describeNode(each)}`;
    if (names.has(each.name)) problems.push(`${at}: another node has this name`);
    names.add(each.name);
    for (const input of each.inputs) {
      if (input && !known.has(input))
        problems.push(`${at}: reads '${input}', which is not produced before it`);
    }
    for (const body of subgraphsOf(each)) problems.push(...verifyGraph(body, known, `${at}: body: `));
    for (const output of each.outputs) {
      if (output && known.has(output)) problems.push(`${at}: writes '${output}', which exists already`);
      if (output) known.add(output);
    }
  }
  return problems;
}

/** Domains whose operators ONNX Runtime brings along. */
const runtimeDomains = new Set(['', 'ai.onnx.ml', 'com.microsoft', 'com.microsoft.nchwc']);

function verifyCalls(model: Model, nodes: readonly Node[]): string[] {
  return nodes.flatMap((each) => {
    const called = model.functions.find(({ name, domain }) => name === each.opType && domain === each.domain);
    if (called && each.inputs.length > called.inputs.length) {
      return [
        `${describeNode(each)}: gives ${each.inputs.length} inputs to a function of ${called.inputs.length}`,
      ];
    }
    if (!called && !runtimeDomains.has(each.domain)) {
      return [`${describeNode(each)}: no function of this name in the model`];
    }
    if (!model.opsets.has(each.domain))
      return [`${describeNode(each)}: domain '${each.domain}' is not imported`];
    return [];
  });
}
