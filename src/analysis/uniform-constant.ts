import type { Graph } from '../graph/graph.ts';
import { constantTensor } from './constant-tensor.ts';

/** Constants with more elements are weights. */
const mostElements = 65_536;

/**
 * The number that every element of a constant is: of an initializer or a Constant node of one element or of several equal ones, or
 * of a tensor filled with it, as `zeros_like` is exported. `undefined` for all other values.
 */
export function uniformConstant(graph: Graph, value: string): number | undefined {
  const producer = graph.producerOf(value);
  if (producer?.domain === '' && producer.opType === 'Expand')
    return uniformConstant(graph, producer.inputs[0]!);
  if (producer?.domain === '' && producer.opType === 'ConstantOfShape') {
    const filling = producer.attributes.get('value');
    return filling?.kind === 'tensor' ? filling.value.toNumber() : 0;
  }
  const tensor = constantTensor(graph, value);
  if (!tensor || tensor.size === 0 || tensor.size > mostElements) return undefined;
  const [first, ...rest] = tensor.toNumbers();
  return rest.every((each) => each === first) ? first : undefined;
}
