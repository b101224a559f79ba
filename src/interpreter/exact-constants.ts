import { definePass } from '../graph/define-pass.ts';
import type { Graph } from '../graph/graph.ts';
import type { Model } from '../graph/model.ts';
import type { Attribute, Node } from '../graph/node.ts';
import { Tensor } from '../graph/tensor.ts';

/** Largest n whose square root is looked for. */
const largestRadicand = 4096;

/**
 * The number that a float32 constant was rounded from, as far as that can be told: √n or 1/√n for an integer n
 * (the √2 of GELU, the 1/√d of attention), otherwise the shortest decimal that rounds to it (the 1e-6 of a
 * normalisation). Every answer rounds to the given float32 number.
 */
export function exactConstant(value: number): number {
  if (!Number.isFinite(value) || Number.isInteger(value)) return value;
  const magnitude = Math.abs(value);
  for (const radicand of [Math.round(magnitude ** 2), Math.round(magnitude ** -2)]) {
    if (radicand < 2 || radicand > largestRadicand) continue;
    const root = Math.sqrt(radicand);
    for (const candidate of [root, 1 / root]) {
      if (Math.fround(candidate) === Math.fround(magnitude)) return Math.sign(value) * candidate;
    }
  }
  for (let digits = 1; digits < 9; digits++) {
    const decimal = Number(value.toPrecision(digits));
    if (Math.fround(decimal) === Math.fround(value)) return decimal;
  }
  return value;
}

/**
 * A copy of a model whose scalar float32 constants and float attributes are the numbers they were rounded from, so
 * that a float64 run is the run of the network as it was written rather than of its float32 export. Weights stay.
 */
export const withExactConstants = definePass({
  name: 'exact-constants',
  summary: 'Scalar constants become the numbers they were rounded from.',
  rewrites: 'copy',
  apply(model: Model): Model {
    const copy = model.clone();
    exchange(copy.graph);
    copy.functions = copy.functions.map((each) => ({ ...each, nodes: each.nodes.map(exactNode) }));
    return copy;
  },
});

function exchange(graph: Graph): void {
  for (const [name, tensor] of graph.initializers) graph.setInitializer(name, exactTensor(tensor));
  graph.setNodes(graph.nodes.map(exactNode));
}

function exactNode(of: Node): Node {
  return { ...of, attributes: new Map([...of.attributes].map(([key, each]) => [key, exactAttribute(each)])) };
}

function exactAttribute(attribute: Attribute): Attribute {
  if (attribute.kind === 'float') return { kind: 'float', value: exactConstant(attribute.value) };
  if (attribute.kind === 'tensor') return { kind: 'tensor', value: exactTensor(attribute.value) };
  if (attribute.kind !== 'graph') return attribute;
  const body = attribute.value.clone();
  exchange(body);
  return { kind: 'graph', value: body };
}

function exactTensor(tensor: Tensor): Tensor {
  if (tensor.dataType !== 'float32' || tensor.size !== 1) return tensor;
  return Tensor.float64(tensor.shape, [exactConstant(tensor.toNumbers()[0]!)]);
}
