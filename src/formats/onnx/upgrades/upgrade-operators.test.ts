import { describe, expect, it } from 'vitest';
import { Graph } from '../../../graph/graph.ts';
import { GraphBuilder } from '../../../graph/graph-builder.ts';
import { Model } from '../../../graph/model.ts';
import { type AttributeInputs, float } from '../../../graph/node.ts';
import { Tensor } from '../../../graph/tensor.ts';
import { OrtSession } from '../../../sessions/ort-session.ts';
import { upgradeOperators } from './upgrade-operators.ts';

interface Case {
  readonly opType: string;
  readonly opset: number;
  readonly attributes?: AttributeInputs;
  readonly constants?: readonly Tensor[];
  readonly becomes?: string;
}

const floats = (...value: number[]) => ({ kind: 'floats', value }) as const;
const scales = (...values: number[]) => Tensor.float32([values.length], values);
const perChannel = (values: number[]) => Tensor.float32([3], values);

const cases: readonly Case[] = [
  { opType: 'Clip', opset: 10, attributes: { min: float(-0.2), max: float(0.4) } },
  { opType: 'Clip', opset: 7, attributes: { max: float(0.4) } },
  { opType: 'Clip', opset: 7 },
  { opType: 'Pad', opset: 9, attributes: { pads: [0, 0, 1, 0, 0, 0, 0, 2], value: float(0.5) } },
  { opType: 'Pad', opset: 8, attributes: { pads: [0, 0, 1, 1, 0, 0, 1, 1], mode: 'reflect' } },
  { opType: 'Slice', opset: 9, attributes: { starts: [1, 0], ends: [3, -1], axes: [1, 3] } },
  { opType: 'Slice', opset: 7, attributes: { starts: [0, 1], ends: [1, 3] } },
  { opType: 'TopK', opset: 9, attributes: { k: 2, axis: 3 } },
  {
    opType: 'Upsample',
    opset: 7,
    attributes: { scales: floats(1, 1, 2, 3), mode: 'nearest' },
    becomes: 'Resize',
  },
  {
    opType: 'Upsample',
    opset: 9,
    attributes: { mode: 'linear' },
    constants: [scales(1, 1, 2, 2)],
    becomes: 'Resize',
  },
  { opType: 'Resize', opset: 10, constants: [scales(1, 1, 2, 2)] },
  { opType: 'Resize', opset: 10, constants: [scales(1, 1, 0.5, 0.6)] },
  { opType: 'Resize', opset: 10, attributes: { mode: 'linear' }, constants: [scales(1, 1, 0.5, 2)] },
  {
    opType: 'BatchNormalization',
    opset: 7,
    attributes: { epsilon: float(1e-3) },
    constants: [
      perChannel([1, 2, 3]),
      perChannel([0.1, 0.2, 0.3]),
      perChannel([0, 1, -1]),
      perChannel([1, 4, 2]),
    ],
  },
  { opType: 'Softmax', opset: 8, attributes: { axis: 1 } },
  { opType: 'MaxPool', opset: 7, attributes: { kernel_shape: [2, 2], strides: [1, 2] } },
  { opType: 'Dropout', opset: 7, attributes: { ratio: float(0.3) } },
  { opType: 'ReduceSum', opset: 10, attributes: { axes: [1], keepdims: 0 } },
];

function modelOf({ opType, opset, attributes = {}, constants = [] }: Case): Model {
  const graph = new Graph('old');
  graph.setInputs([{ name: 'x', dataType: 'float32', shape: ['n', 3, 5, 4] }]);
  const build = new GraphBuilder(graph);
  const inputs = ['x', ...constants.map((tensor) => build.constant('constant', tensor))];
  build.ops(opType, inputs, opType === 'TopK' ? 2 : 1, attributes, { name: 'y' });
  graph.setOutputs([{ name: 'y', dataType: 'float32', shape: undefined }]);
  return new Model(graph, opset);
}

const x = { shape: [2, 3, 5, 4], data: Float32Array.from({ length: 120 }, (_, i) => Math.sin(i * 12.9898)) };

async function resultOf(model: Model) {
  const session = await OrtSession.create(model);
  const outputs = await session.run(x);
  await session.release();
  return outputs.get('y')!;
}

describe('upgradeOperators', () => {
  for (const each of cases) {
    const what = JSON.stringify({ ...each.attributes, constants: each.constants?.map(({ shape }) => shape) });
    it(`writes ${each.opType} of opset ${each.opset} ${what} so that the runtime gives the same numbers`, async () => {
      const old = modelOf(each);
      const upgraded = old.clone();
      upgradeOperators(upgraded);
      expect(upgraded.opset).toBe(11);
      expect(upgraded.graph.nodes[0]!.opType).toBe(each.becomes ?? each.opType);
      expect(await resultOf(upgraded)).toEqual(await resultOf(old));
    });
  }

  it('leaves newer models as they are', () => {
    const model = modelOf({ opType: 'Relu', opset: 13 });
    expect(upgradeOperators(model)).toBe(0);
    expect(model.opset).toBe(13);
  });

  it('lists what has no new form', () => {
    const model = modelOf({
      opType: 'BatchNormalization',
      opset: 8,
      attributes: { spatial: 0 },
      constants: Array.from({ length: 4 }, () => Tensor.float32([3], [1, 1, 1])),
    });
    expect(() => upgradeOperators(model)).toThrow(
      "opset 8: cannot be upgraded:\n  - BatchNormalization 'y': expected normalisation of channels (spatial = 1), got one of single elements (spatial = 0), which newer operator sets do not have. Write it as Mul and Add.",
    );
  });
});
