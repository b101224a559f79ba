import type { Graph } from '../graph/graph.ts';
import type { Tensor } from '../graph/tensor.ts';

/**
 * The tensor behind a value that is constant by itself: an initializer, a Constant node, or an Identity or Cast to a
 * float type of one of them. `undefined` for all other values.
 */
export function constantTensor(graph: Graph, value: string): Tensor | undefined {
  const initializer = graph.initializers.get(value);
  if (initializer) return initializer;
  const producer = graph.producerOf(value);
  if (producer?.opType === 'Identity' || producer?.opType === 'Cast') {
    return constantTensor(graph, producer.inputs[0]!);
  }
  const attribute = producer?.opType === 'Constant' ? producer.attributes.get('value') : undefined;
  return attribute?.kind === 'tensor' ? attribute.value : undefined;
}
