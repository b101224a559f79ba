import { Graph } from '../graph/graph.ts';
import type { ModelFunction } from '../graph/model.ts';
import type { Attribute, Node } from '../graph/node.ts';

/**
 * The nodes of a function's body as one call sees them: every reference to an attribute, also inside subgraphs, is
 * replaced by the caller's attribute or else the function's default; with neither, the attribute is left out.
 *
 * @param call the calling node, itself free of references
 * @returns new nodes; tensors are shared with the function
 */
export function functionBody(definition: ModelFunction, call: Node): Node[] {
  const lookUp = (key: string) => call.attributes.get(key) ?? definition.attributeDefaults.get(key);
  return definition.nodes.map((inner) => resolveNode(inner, lookUp));
}

type LookUp = (key: string) => Attribute | undefined;

function resolveNode(of: Node, lookUp: LookUp): Node {
  const attributes = new Map<string, Attribute>();
  for (const [key, attribute] of of.attributes) {
    const resolved = resolveAttribute(attribute, lookUp);
    if (resolved) attributes.set(key, resolved);
  }
  return { ...of, attributes };
}

function resolveAttribute(attribute: Attribute, lookUp: LookUp): Attribute | undefined {
  if (attribute.kind === 'reference') return lookUp(attribute.value);
  if (attribute.kind !== 'graph') return attribute;
  const body = new Graph(attribute.value.name);
  body.setInputs(attribute.value.inputs);
  body.setOutputs(attribute.value.outputs);
  for (const [name, tensor] of attribute.value.initializers) body.setInitializer(name, tensor);
  body.setNodes(attribute.value.nodes.map((inner) => resolveNode(inner, lookUp)));
  return { kind: 'graph', value: body };
}
