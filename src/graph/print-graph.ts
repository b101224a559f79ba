import type { Dimension, Graph, ValueInfo } from './graph.ts';
import type { Attribute, Node } from './node.ts';
import type { Tensor } from './tensor.ts';

/**
 * A graph as text, one line a node, for reviews and golden diffs:
 *
 * ```text
 * graph tiny(x: float32[batch,4]) -> (y: float32[batch,2]) {
 *   weights w: float32[4,2]
 *   y = MatMul(x, w)
 * }
 * ```
 */
export function printGraph(graph: Graph, indent = ''): string {
  const inputs = graph.inputs.map(printValueInfo).join(', ');
  const outputs = graph.outputs.map(printValueInfo).join(', ');
  const inner = `${indent}  `;
  const lines = [
    `${indent}graph ${graph.name}(${inputs}) -> (${outputs}) {`,
    ...[...graph.initializers].map(([name, tensor]) => `${inner}weights ${name}: ${printTensor(tensor)}`),
    ...graph.nodes.map((each) => inner + printNode(each, inner)),
    `${indent}}`,
  ];
  return lines.join('\n');
}

/** One node as text: `y = Gemm(x, w, b) {transB=1}`. */
function printNode(of: Node, indent = ''): string {
  const domain = of.domain ? `${of.domain}.` : '';
  const attributes = [...of.attributes]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${printAttribute(value, indent)}`);
  const suffix = attributes.length > 0 ? ` {${attributes.join(', ')}}` : '';
  return `${of.outputs.join(', ')} = ${domain}${of.opType}(${of.inputs.join(', ')})${suffix}`;
}

function printValueInfo({ name, dataType, shape }: ValueInfo): string {
  return `${name}: ${dataType ?? '?'}${shape ? printShape(shape) : '[…]'}`;
}

/** A shape as text: `[batch,3,224,224]`. */
export function printShape(shape: readonly Dimension[]): string {
  return `[${shape.map((length) => length ?? '?').join(',')}]`;
}

function printTensor(tensor: Tensor): string {
  const type = `${tensor.dataType}${printShape(tensor.shape)}`;
  return tensor.size <= 8
    ? `${type} = ${[...tensor.toNumbers()].map((value) => Number(value.toPrecision(6))).join(' ')}`
    : type;
}

function printAttribute(attribute: Attribute, indent: string): string {
  switch (attribute.kind) {
    case 'tensor':
      return printTensor(attribute.value);
    case 'graph':
      return printGraph(attribute.value, `${indent}  `).trimStart();
    case 'reference':
      return `@${attribute.value}`;
    case 'floats':
    case 'ints':
    case 'strings':
      return `[${attribute.value.join(',')}]`;
    case 'string':
      return JSON.stringify(attribute.value);
    default:
      return String(attribute.value);
  }
}
