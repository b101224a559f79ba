import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { Graph } from '../../graph/graph.ts';
import { GraphBuilder } from '../../graph/graph-builder.ts';
import { Model } from '../../graph/model.ts';
import { Tensor } from '../../graph/tensor.ts';
import { dequantiseActivations } from '../../passes/dequantise-activations.ts';
import { encodeModel } from './encode-model.ts';
import { ModelProtoSchema } from './onnx_pb.ts';
import { packedIntegers, unpackIntegers } from './packed-integers.ts';
import { parseOnnx } from './parse-onnx.ts';

const unpacked = (type: number, count: number, ...bytes: number[]) => {
  const packed = packedIntegers(type)!;
  const { buffer } = unpackIntegers(packed, Uint8Array.from(bytes), count);
  return [...(packed.dataType === 'int8' ? new Int8Array(buffer) : new Uint8Array(buffer))];
};

describe('unpackIntegers', () => {
  it('takes 4-bit integers from the lowest bits on', () => {
    expect(unpacked(21, 3, 0xf1, 0x08)).toEqual([1, 15, 8]);
    expect(unpacked(22, 3, 0xf1, 0x08)).toEqual([1, -1, -8]);
  });

  it('takes 2-bit integers from the lowest bits on', () => {
    expect(unpacked(25, 5, 0b11100100, 0b10)).toEqual([0, 1, 2, 3, 2]);
    expect(unpacked(26, 5, 0b11100100, 0b10)).toEqual([0, 1, -2, -1, -2]);
  });
});

it.each([
  [21, 0, 15],
  [22, -8, 7],
  [25, 0, 3],
  [26, -2, 1],
])(
  'a QuantizeLinear to integers of type %i says so itself, since its zero point becomes a byte',
  (type, lowest, highest) => {
    const graph = new Graph('narrow');
    graph.setInputs([{ name: 'x', dataType: 'float32', shape: ['batch', 2] }]);
    const build = new GraphBuilder(graph);
    const pair = [
      build.scalar('scale', 0.5),
      build.constant('zero', new Tensor('uint8', [], { kind: 'memory', bytes: Uint8Array.of(0) })),
    ];
    const integers = build.op('QuantizeLinear', ['x', ...pair]);
    build.op('DequantizeLinear', [integers, ...pair], {}, { name: 'y' });
    graph.setOutputs([{ name: 'y', dataType: 'float32', shape: ['batch', 2] }]);
    const proto = fromBinary(
      ModelProtoSchema,
      encodeModel(new Model(graph, 25), () => undefined),
    );
    proto.graph!.initializer.find(({ name }) => name === 'zero')!.dataType = type;
    const model = parseOnnx(toBinary(ModelProtoSchema, proto), 'narrow.onnx');
    dequantiseActivations(model);
    const [clip] = model.graph.nodes;
    expect(clip!.opType).toBe('Clip');
    expect(clip!.inputs.slice(1).map((name) => model.graph.initializers.get(name)!.toNumber())).toEqual([
      lowest / 2,
      highest / 2,
    ]);
  },
);
