import type { Graph } from '../graph/graph.ts';

/** The number in a constant of one element (an initializer or a Constant node); `undefined` for all other values. */
export function scalarConstant(graph: Graph, value: string): number | undefined {
  const attribute = graph.producerOf(value)?.attributes.get('value');
  const tensor =
    graph.initializers.get(value) ?? (attribute?.kind === 'tensor' ? attribute.value : undefined);
  return tensor?.size === 1 ? tensor.toNumbers()[0] : undefined;
}
