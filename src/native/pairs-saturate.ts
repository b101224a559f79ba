import { encodeForSession } from '../files/encode-for-session.ts';
import { Graph } from '../graph/graph.ts';
import { GraphBuilder } from '../graph/graph-builder.ts';
import { Model } from '../graph/model.ts';
import { Tensor } from '../graph/tensor.ts';
import { onnxruntime } from './load-onnxruntime.ts';

/** Length of the sum that is tried: enough for every kernel of ONNX Runtime to take its usual way. */
const length = 64;

let known: Promise<boolean> | undefined;

/**
 * Whether this processor multiplies uint8 by int8 with sums of two products in 16 bits, which saturate, as x86 does without VNNI.
 * Found by multiplying the largest numbers once in a process: asking for exact products where they are exact anyway
 * costs a third of the speed.
 */
export function pairsSaturate(): Promise<boolean> {
  known ??= multiplyLargest().then((sum) => sum !== length * 255 * 127);
  return known;
}

async function multiplyLargest(): Promise<number> {
  const { InferenceSession, Tensor: RuntimeTensor } = onnxruntime();
  const graph = new Graph('largest products');
  graph.setInputs([{ name: 'x', dataType: 'uint8', shape: [1, length] }]);
  const build = new GraphBuilder(graph);
  const bytes = new Uint8Array(length * length).fill(127);
  const weight = build.constant('w', new Tensor('int8', [length, length], { kind: 'memory', bytes }));
  build.op('MatMulInteger', ['x', weight], {}, { name: 'y' });
  graph.setOutputs([{ name: 'y', dataType: 'int32', shape: [1, length] }]);
  const session = await InferenceSession.create(encodeForSession(new Model(graph, 17)), {
    intraOpNumThreads: 1,
    logSeverityLevel: 4,
  });
  const x = new RuntimeTensor('uint8', new Uint8Array(length).fill(255), [1, length]);
  const { y } = await session.run({ x });
  await session.release();
  return Number(y!.data[0]);
}
