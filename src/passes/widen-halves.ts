import { onnxDataType } from '../graph/data-type.ts';
import { definePass } from '../graph/define-pass.ts';
import type { Attribute, Graph, Node, ValueInfo } from '../graph/graph.ts';
import type { Model } from '../graph/model.ts';
import { node } from '../graph/node.ts';
import { subgraphsOf } from '../graph/operation.ts';
import { Tensor } from '../graph/tensor.ts';

const halves: ReadonlySet<string | undefined> = new Set(['float16', 'bfloat16']);
const halfNumbers = new Set([onnxDataType('float16'), onnxDataType('bfloat16')]);
const float32 = onnxDataType('float32');

/** Attributes that hold the number of an element type. */
const typeAttributes = new Set(['to', 'dtype']);

/**
 * Makes a network that calculates in half precision calculate in float32, with the weights it has. Weights stay in half
 * precision where they are, behind a Cast; every half is a float32, so that nothing is lost.
 */
export const widenHalves = definePass({
  name: 'widen-halves',
  summary:
    'What is float16 or bfloat16 becomes float32; weights keep their bytes and are cast where they are read.',
  rewrites: 'input',
  apply(model: Model) {
    const changes = widenGraph(model.graph);
    model.functions = model.functions.map((each) => ({
      ...each,
      nodes: each.nodes.map((inner) => ({
        ...inner,
        attributes: widenedAttributes(inner) ?? inner.attributes,
      })),
    }));
    return changes;
  },
});

function widenGraph(graph: Graph): number {
  let changes = 0;
  for (const each of graph.nodes) {
    for (const body of subgraphsOf(each)) changes += widenGraph(body);
    const attributes = widenedAttributes(each);
    if (!attributes) continue;
    graph.update(each, { attributes });
    changes++;
  }
  for (const [name, tensor] of graph.initializers)
    if (halves.has(tensor.dataType)) changes += castWeight(graph, name);
  const widen = (infos: readonly ValueInfo[]) =>
    infos.map((info) => (halves.has(info.dataType) ? { ...info, dataType: 'float32' as const } : info));
  changes += [...graph.inputs, ...graph.outputs].filter(({ dataType }) => halves.has(dataType)).length;
  graph.setInputs(widen(graph.inputs));
  graph.setOutputs(widen(graph.outputs));
  return changes;
}

/** Puts a Cast between a weight and those who read it, unless they cast it themselves. */
function castWeight(graph: Graph, name: string): number {
  const readers = graph.consumersOf(name);
  const casts = new Set(readers.filter(({ opType, domain }) => opType === 'Cast' && domain === ''));
  if (casts.size === readers.length && !graph.isOutput(name)) return 0;
  const wide = graph.freshName(`${name}.float32`);
  graph.redirectConsumers(name, wide, casts);
  graph.setOutputs(graph.outputs.map((info) => (info.name === name ? { ...info, name: wide } : info)));
  graph.prepend(node('Cast', [name], [wide], { to: float32 }));
  return 1;
}

/** The attributes in float32; undefined if there is nothing to widen. */
function widenedAttributes({ attributes }: Node): ReadonlyMap<string, Attribute> | undefined {
  const widened = [...attributes].map(([key, each]): [string, Attribute] => [
    key,
    widenedAttribute(key, each),
  ]);
  return widened.some(([key, each]) => attributes.get(key) !== each) ? new Map(widened) : undefined;
}

function widenedAttribute(key: string, attribute: Attribute): Attribute {
  if (attribute.kind === 'int' && typeAttributes.has(key) && halfNumbers.has(attribute.value)) {
    return { kind: 'int', value: float32 };
  }
  if (attribute.kind === 'tensor' && halves.has(attribute.value.dataType)) {
    const { shape } = attribute.value;
    return { kind: 'tensor', value: Tensor.float32(shape, attribute.value.toFloat32()) };
  }
  return attribute;
}
