import { createHash } from 'node:crypto';
import { encodeForSession } from '../files/encode-for-session.ts';
import { Graph } from '../graph/graph.ts';
import { GraphBuilder } from '../graph/graph-builder.ts';
import { Model } from '../graph/model.ts';
import { Tensor } from '../graph/tensor.ts';
import { Random } from '../random.ts';
import { onnxruntime } from './load-onnxruntime.ts';

/** Rows, and channels of a network that is large enough for every kernel of ONNX Runtime to take its usual way. */
const [rows, channels] = [33, 192] as const;

let known: Promise<string> | undefined;

/**
 * A digest of what ONNX Runtime makes of numbers on this processor: products, exponentials, and sums of 8-bit products. Where two machines have
 * the same one, they round alike; kernels for other instructions, such as AVX2 beside AVX-512, add in another order.
 */
export function digestOfNumbers(): Promise<string> {
  known ??= answers().then((bytes) => createHash('sha256').update(bytes).digest('hex').slice(0, 12));
  return known;
}

async function answers(): Promise<Uint8Array> {
  const { InferenceSession, Tensor: RuntimeTensor } = onnxruntime();
  const random = new Random(1);
  const draw = (length: number) => Float32Array.from({ length }, () => random.uniform(-1, 1));
  const graph = new Graph('numbers');
  graph.setInputs([
    { name: 'x', dataType: 'float32', shape: [rows, channels] },
    { name: 'bytes', dataType: 'uint8', shape: [rows, channels] },
  ]);
  const build = new GraphBuilder(graph);
  const weight = build.constant('w', floats([channels, channels], draw(channels * channels)));
  const coded = Int8Array.from(draw(channels * channels), (value) => Math.round(127 * value));
  const codes = build.constant(
    'codes',
    new Tensor('int8', [channels, channels], { kind: 'memory', bytes: new Uint8Array(coded.buffer) }),
  );
  build.op('MatMul', ['x', weight], {}, { name: 'product' });
  build.op('Softmax', ['product'], { axis: -1 }, { name: 'softmax' });
  build.op('Erf', ['product'], {}, { name: 'erf' });
  build.op('Tanh', ['product'], {}, { name: 'tanh' });
  build.op('ReduceMean', ['product'], { axes: [1] }, { name: 'mean' });
  build.op('MatMulInteger', ['bytes', codes], {}, { name: 'integers' });
  const floatOutputs = ['product', 'softmax', 'erf', 'tanh'];
  graph.setOutputs([
    ...floatOutputs.map((name) => ({ name, dataType: 'float32' as const, shape: [rows, channels] })),
    { name: 'mean', dataType: 'float32', shape: [rows, 1] },
    { name: 'integers', dataType: 'int32', shape: [rows, channels] },
  ]);
  const session = await InferenceSession.create(encodeForSession(new Model(graph, 17)), {
    intraOpNumThreads: 1,
    logSeverityLevel: 4,
  });
  const x = draw(rows * channels).map((value) => 3 * value);
  const bytes = Uint8Array.from(x, (value) => Math.round(40 * value + 128));
  const outputs = await session.run({
    x: new RuntimeTensor('float32', x, [rows, channels]),
    bytes: new RuntimeTensor('uint8', bytes, [rows, channels]),
  });
  await session.release();
  const parts = [...floatOutputs, 'mean', 'integers'].map((name) => {
    const { buffer, byteOffset, byteLength } = outputs[name]!.data as Float32Array;
    return new Uint8Array(buffer, byteOffset, byteLength);
  });
  return Buffer.concat(parts);
}

function floats(shape: number[], data: Float32Array): Tensor {
  return new Tensor('float32', shape, { kind: 'memory', bytes: new Uint8Array(data.buffer) });
}
