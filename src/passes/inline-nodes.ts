import { Graph } from '../graph/graph.ts';
import { type Node, node } from '../graph/node.ts';
import type { Tensor } from '../graph/tensor.ts';

/** What stands in the place of a node: operators with names of their own. */
export interface InlinedBody {
  readonly nodes: readonly Node[];
  readonly initializers: ReadonlyMap<string, Tensor>;
  /** The values that become the outputs of the node, in their order. */
  readonly outputs: readonly string[];
  /** Names in the body of values from around the node; '' for those that the node omits. */
  readonly given: ReadonlyMap<string, string>;
}

/**
 * Puts a body in the place of a node of a graph. All that the body makes is named after the node.
 *
 * @returns the nodes that were put in
 */
export function inlineNodes(
  graph: Graph,
  call: Node,
  { nodes, initializers, outputs, given }: InlinedBody,
): readonly Node[] {
  const names = new Map(given);
  const chosen = new Set<string>();
  const make = (name: string): string => {
    const hint = `${call.name}/${name}`;
    let fresh = graph.freshName(hint);
    for (let i = 1; chosen.has(fresh); i++) fresh = graph.freshName(`${hint}.${i}`);
    chosen.add(fresh);
    names.set(name, fresh);
    return fresh;
  };
  for (const [name, tensor] of initializers) graph.setInitializer(make(name), tensor);
  const copies = new Map<string, string>();
  for (const [i, output] of outputs.entries()) {
    const wanted = call.outputs[i];
    if (!wanted) continue;
    // What comes from around, is constant or is given out twice, has a name already.
    if (names.has(output)) copies.set(wanted, output);
    else names.set(output, wanted);
  }
  const rename = (name: string) => (name === '' ? '' : (names.get(name) ?? make(name)));
  const made = nodes.map((each) => renameNode(each, rename, `${call.name}/`));
  const identities = [...copies].map(([wanted, output]) =>
    node('Identity', [rename(output)], [wanted], {}, { name: `${call.name}/${wanted}` }),
  );
  // A value has one producer at a time.
  graph.update(call, { outputs: [] });
  graph.replaceNode(call, ...made, ...identities);
  return made;
}

/** A node whose values, those inside its subgraphs too, have other names. @param prefix of its own name */
export function renameNode(of: Node, rename: (name: string) => string, prefix: string): Node {
  return {
    ...of,
    name: `${prefix}${of.name}`,
    inputs: of.inputs.map(rename),
    outputs: of.outputs.map(rename),
    attributes: new Map(
      [...of.attributes].map(([key, attribute]) => [
        key,
        attribute.kind === 'graph'
          ? { ...attribute, value: renamedGraph(attribute.value, rename, prefix) }
          : attribute,
      ]),
    ),
  };
}

function renamedGraph(graph: Graph, rename: (name: string) => string, prefix: string): Graph {
  const copy = new Graph(graph.name);
  copy.setInputs(graph.inputs.map((info) => ({ ...info, name: rename(info.name) })));
  for (const [name, tensor] of graph.initializers) copy.setInitializer(rename(name), tensor);
  copy.setNodes(graph.nodes.map((each) => renameNode(each, rename, prefix)));
  copy.setOutputs(graph.outputs.map((info) => ({ ...info, name: rename(info.name) })));
  return copy;
}
