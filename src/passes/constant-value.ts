import { constantTensor } from '../analysis/constant-tensor.ts';
import { Graph } from '../graph/graph.ts';
import { Model } from '../graph/model.ts';
import type { Node } from '../graph/node.ts';
import { cloneNode, valuesReadBy } from '../graph/operation.ts';
import { Tensor } from '../graph/tensor.ts';
import { evaluateModel } from '../interpreter/evaluate-model.ts';
import { fromTensor, type NdArray } from '../interpreter/nd-array.ts';
import { operatorFor } from '../interpreter/operators/operators.ts';

/** Operators that give another array of the same shape. */
const shapeKeepers = new Set([
  'Relu',
  'Sigmoid',
  'Tanh',
  'Erf',
  'Gelu',
  'Identity',
  'Cast',
  'Dropout',
  'Softmax',
  'LeakyRelu',
  'Clip',
]);

/** More operators than any condition or index is computed by. */
const mostOperators = 500;

/**
 * What a value of a graph always is: a constant, or computed from constants and from the declared lengths of inputs alone.
 * `undefined` for all other values.
 */
export function constantValue(graph: Graph, opset: number, value: string): NdArray | undefined {
  const tensor = constantTensor(graph, value);
  if (tensor && graph.producerOf(value)?.opType !== 'Cast') return fromTensor(tensor);
  const part = new Graph('constant');
  if (!collect(graph, value, part)) return undefined;
  part.setOutputs([{ name: value, dataType: undefined, shape: undefined }]);
  return evaluateModel(new Model(part, opset), new Map()).get(value);
}

/** Copies what computes a value. @returns whether it is constant */
function collect(graph: Graph, value: string, part: Graph): boolean {
  const found: Node[] = [];
  const seen = new Set<string>();
  const open = [value];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (seen.has(name)) continue;
    seen.add(name);
    const known = graph.initializers.get(name) ?? knownLengths(graph, name);
    if (known) part.setInitializer(name, known);
    else {
      const producer = graph.producerOf(name);
      if (!producer || found.length >= mostOperators || !operatorFor(producer.domain, producer.opType))
        return false;
      for (const output of producer.outputs) seen.add(output);
      found.push(producer);
      open.push(...valuesReadBy(producer));
    }
  }
  const wanted = new Set(found);
  part.setNodes(graph.nodes.filter((each) => wanted.has(each)).map((each) => cloneNode(each)));
  return true;
}

/** The lengths that Shape, or a choice from it, gives for an input of the network, where they are declared. */
function knownLengths(graph: Graph, value: string): Tensor | undefined {
  const producer = graph.producerOf(value);
  if (producer?.domain !== '') return undefined;
  if (producer.opType === 'Shape' && producer.attributes.size === 0) {
    const shape = declaredShape(graph, producer.inputs[0]!);
    return shape?.every((length) => typeof length === 'number')
      ? Tensor.int64([shape.length], shape as number[])
      : undefined;
  }
  if (producer.opType !== 'Gather') return undefined;
  const shape = graph.producerOf(producer.inputs[0]!);
  const index = constantTensor(graph, producer.inputs[1]!);
  if (shape?.opType !== 'Shape' || shape.attributes.size > 0 || !index) return undefined;
  const declared = declaredShape(graph, shape.inputs[0]!);
  const lengths = declared && Array.from(index.toNumbers(), (at) => declared.at(at));
  return lengths?.every((length) => typeof length === 'number')
    ? Tensor.int64(index.shape, lengths as number[])
    : undefined;
}

function declaredShape(graph: Graph, value: string) {
  let name = value;
  for (let producer = graph.producerOf(name); producer; producer = graph.producerOf(name)) {
    if (producer.domain !== '' || !shapeKeepers.has(producer.opType)) return undefined;
    name = producer.inputs[0]!;
  }
  return graph.inputs.find((info) => info.name === name)?.shape;
}
