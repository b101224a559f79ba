import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { Graph } from '../../graph/graph.ts';
import { Model } from '../../graph/model.ts';
import { node } from '../../graph/node.ts';
import { Tensor } from '../../graph/tensor.ts';
import { encodeModel } from './encode-model.ts';
import { ModelProtoSchema } from './onnx_pb.ts';

describe('encodeModel', () => {
  it('writes what the general way of Protocol Buffers writes, byte by byte', () => {
    const graph = new Graph('sum');
    graph.addInput({ name: 'x', dataType: 'float32', shape: ['batch', 300] });
    graph.addInitializer('w', Tensor.float32([300], new Float32Array(300).fill(0.5)));
    graph.addInitializer('none', Tensor.int64([0], []));
    graph.addInitializer('outside', Tensor.float32([2], [1, 2]));
    graph.append(node('Add', ['x', 'w'], ['y'], {}, { name: 'add' }));
    graph.addOutput({ name: 'y', dataType: 'float32', shape: ['batch', 300] });
    const model = new Model(graph, 17);
    model.metadata.set('b', '2').set('a', '1');
    const place = ({ size }: Tensor) =>
      size === 2 ? { location: 'weights.bin', offset: 0, length: 8 } : undefined;
    const bytes = encodeModel(model, place);
    const proto = fromBinary(ModelProtoSchema, bytes);
    expect(proto.graph!.initializer.map(({ name }) => name)).toEqual(['w', 'none', 'outside']);
    expect(Buffer.from(bytes).equals(toBinary(ModelProtoSchema, proto))).toBe(true);
  });
});
