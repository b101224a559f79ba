import { carriesIntegers } from '../analysis/carries-integers.ts';
import { constantTensor } from '../analysis/constant-tensor.ts';
import { definePass } from '../graph/define-pass.ts';
import type { Graph } from '../graph/graph.ts';
import { GraphBuilder } from '../graph/graph-builder.ts';
import { type Node, node } from '../graph/node.ts';
import { Tensor } from '../graph/tensor.ts';
import { dequantisedTensor } from './quantised/dequantised-tensor.ts';
import { integerRange, quantisationOf, quantisedType } from './quantised/quantisation-of.ts';

/**
 * Writes products of integers (MatMulInteger, ConvInteger) as products of numbers. What is quantised anew for each input
 * (DynamicQuantizeLinear) is taken as it is, with a scale of 1; what has a scale of its own as so many steps of it, clipped to the range
 * of the integers. The factors behind the product, which bring its scale, stay as they are.
 */
export const dequantiseProducts = definePass({
  name: 'dequantise-products',
  summary: 'MatMulInteger and ConvInteger, dynamic quantisation included, become products of numbers.',
  rewrites: 'input',
  apply({ graph }) {
    const products = graph.nodes.filter(isProduct);
    if (products.length === 0) return 0;
    const quantisers = new Set(products.flatMap((each) => quantisersBefore(graph, each)));
    const open = [...quantisers].filter((each) => endsInProducts(graph, each));
    const isOpen = (each: Node) => quantisersBefore(graph, each).every((before) => open.includes(before));
    const changed = products.filter((each) => isOpen(each) && operandsAreKnown(graph, each));
    // A quantiser that also feeds a product which stays an integer one has to stay, too, and so has all that it feeds.
    if (changed.length < products.length) return 0;
    for (const each of changed) multiplyNumbers(graph, each);
    for (const each of open) passNumbers(graph, each);
    graph.removeDeadNodes();
    return changed.length;
  },
});

/** Of several inputs the first one alone is followed. */
function moves(of: Node): boolean {
  return carriesIntegers(of) && of.opType !== 'Concat';
}

function isProduct({ opType, domain }: Node): boolean {
  return domain === '' && (opType === 'MatMulInteger' || opType === 'ConvInteger');
}

/** What makes the integers of the operands that are not constant. */
function quantisersBefore(graph: Graph, of: Node): Node[] {
  return of.inputs.slice(0, 2).flatMap((value) => {
    let producer = graph.producerOf(value);
    while (producer && moves(producer)) producer = graph.producerOf(producer.inputs[0]!);
    return producer && !constantTensor(graph, value) ? [producer] : [];
  });
}

function operandsAreKnown(graph: Graph, of: Node): boolean {
  const zeros = of.inputs.slice(2, 4);
  return of.inputs.slice(0, 2).every((value, i) => {
    const zero = zeros[i];
    return !constantTensor(graph, value) || !zero || constantTensor(graph, zero) !== undefined;
  });
}

/** Whether all that is made of its integers is made by products; scale and zero point may be read by what follows these. */
function endsInProducts(graph: Graph, quantiser: Node): boolean {
  const isDynamic = quantiser.opType === 'DynamicQuantizeLinear';
  if (
    !isDynamic &&
    (quantiser.opType !== 'QuantizeLinear' || quantisationOf(graph, quantiser)?.scale.size !== 1)
  )
    return false;
  if (quantiser.outputs.some((value) => value && graph.isOutput(value))) return false;
  const [integers, , zero] = quantiser.outputs;
  if (zero && !graph.consumersOf(zero).every(isProduct)) return false;
  const open = [integers!];
  for (let value = open.pop(); value !== undefined; value = open.pop()) {
    for (const reader of graph.consumersOf(value)) {
      if (isProduct(reader)) continue;
      if (!moves(reader) || reader.outputs.some((each) => graph.isOutput(each))) return false;
      open.push(...reader.outputs);
    }
  }
  return true;
}

function multiplyNumbers(graph: Graph, of: Node): void {
  const build = new GraphBuilder(graph, `${of.name}.`);
  const operands = of.inputs.slice(0, 2).map((value, i) => {
    const integers = constantTensor(graph, value);
    if (!integers) return value;
    const zeroPoint = of.inputs[2 + i] ? constantTensor(graph, of.inputs[2 + i]!) : undefined;
    const count = zeroPoint?.size ?? 1;
    const axis = of.opType === 'ConvInteger' ? 0 : integers.shape.length - (i === 0 ? 2 : 1);
    const scale = Tensor.float32([count], Array(count).fill(1));
    return build.constant('weight', dequantisedTensor(integers, { scale, zeroPoint, axis, blockSize: 0 }));
  });
  const opType = of.opType === 'ConvInteger' ? 'Conv' : 'MatMul';
  graph.update(of, { opType, inputs: operands });
  for (const reader of graph.consumersOf(of.outputs[0]!)) {
    if (reader.opType === 'Cast') graph.update(reader, { opType: 'Identity', attributes: new Map() });
  }
}

/** Lets the numbers pass instead of their integers. */
function passNumbers(graph: Graph, quantiser: Node): void {
  const [input] = quantiser.inputs as [string];
  const [integers, step] = quantiser.outputs as [string, string | undefined];
  const by = quantiser.opType === 'QuantizeLinear' ? quantisationOf(graph, quantiser) : undefined;
  const become = (opType: string, inputs: readonly string[]) =>
    graph.update(quantiser, { ...node(opType, inputs, [integers], {}, { name: quantiser.name }) });
  if (!by) {
    become('Identity', [input]);
    if (step) graph.setInitializer(step, Tensor.float32([], [1]));
    return;
  }
  const build = new GraphBuilder(graph, `${quantiser.name}.`);
  const zero = by.zeroPoint?.toNumber() ?? 0;
  const [lowest, highest] = integerRange(quantisedType(quantiser, by));
  const steps = node(
    'Div',
    [input, build.scalar('step', by.scale.toNumber())],
    [graph.freshName(`${integers}.steps`)],
  );
  graph.insertBefore(quantiser, steps);
  become('Clip', [
    steps.outputs[0]!,
    build.scalar('lowest', lowest - zero),
    build.scalar('highest', highest - zero),
  ]);
}
