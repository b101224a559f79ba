/**
 * Networks as graphs of ONNX operators, and the numbers that go through them.
 *
 * @example
 * ```ts
 * import { graph } from 'transpike';
 *
 * const net = new graph.Graph('double');
 * net.addInput({ name: 'x', dataType: 'float32', shape: ['batch', 2] });
 * const build = new graph.GraphBuilder(net);
 * const y = build.op('Mul', ['x', build.scalar('two', 2)]);
 * net.addOutput({ name: y, dataType: 'float32', shape: ['batch', 2] });
 * graph.verifyModel(new graph.Model(net, { opset: 17 }), 'example');
 * console.log(graph.printGraph(net).split('\n')[2].trim()); // mul = Mul(x, two)
 *
 * const batch = { shape: [3, 2], data: Float32Array.of(0, 1, 2, 3, 4, 5) };
 * console.log(graph.sliceImages(batch, 1, 3).data.join(' ')); // 2 3 4 5
 * ```
 *
 * @module
 */
export {
  concatenate,
  type FloatTensor,
  imageCount,
  imagesOf,
  rowsOf,
  sliceImages,
} from '../graph/float-tensor.ts';
export { Graph, type ValueInfo } from '../graph/graph.ts';
export { GraphBuilder } from '../graph/graph-builder.ts';
export type { InputBatch, InputTensor, NamedInputs } from '../graph/input-batch.ts';
export { Model, type ModelFunction } from '../graph/model.ts';
export { type Attribute, float, type Node, node } from '../graph/node.ts';
export { printGraph } from '../graph/print-graph.ts';
export { sameShape, sizeOf } from '../graph/shape.ts';
export { Tensor } from '../graph/tensor.ts';
export { verifyModel } from '../graph/verify-model.ts';
