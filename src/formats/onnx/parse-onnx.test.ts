import { describe, expect, it } from 'vitest';
import { Graph } from '../../graph/graph.ts';
import { GraphBuilder } from '../../graph/graph-builder.ts';
import { Model } from '../../graph/model.ts';
import { Tensor } from '../../graph/tensor.ts';
import { encodeModel } from './encode-model.ts';
import { parseOnnx } from './parse-onnx.ts';

/** y = x · w; the weight lies outside of the returned bytes, at byte 4 of `weights/w.bin`. */
function bytesWithExternalWeight(): Uint8Array {
  const graph = new Graph('sample');
  graph.setInputs([{ name: 'x', dataType: 'float32', shape: ['batch', 2] }]);
  const build = new GraphBuilder(graph);
  const weight = build.constant('w', Tensor.float32([2, 1], [3, 4]));
  build.op('MatMul', ['x', weight], {}, { name: 'y' });
  graph.setOutputs([{ name: 'y', dataType: 'float32', shape: ['batch', 1] }]);
  return encodeModel(new Model(graph, 17), () => ({ location: 'weights/w.bin', offset: 4, length: 8 }));
}

describe('parseOnnx', () => {
  it('takes weights from whatever is found under their location', () => {
    const bytes = new Uint8Array(Float32Array.of(0, 3, 4).buffer);
    const { graph } = parseOnnx(bytesWithExternalWeight(), 'm.onnx', (location) => ({
      location,
      length: bytes.length,
      read: (offset, length) => bytes.slice(offset, offset + length),
    }));
    const weight = graph.initializers.get('w')!;
    expect(weight.storage).toMatchObject({ kind: 'external', source: { location: 'weights/w.bin' } });
    expect([...weight.toNumbers()]).toEqual([3, 4]);
  });

  it('names weights that nothing is found for', () => {
    expect(() => parseOnnx(bytesWithExternalWeight(), 'm.onnx')).toThrow(
      'm.onnx: external data weights/w.bin: expected the file with the weights, got no such file.',
    );
  });
});
