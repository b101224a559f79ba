import { InferenceSession, Tensor as SessionTensor } from 'onnxruntime-node';
import { describe, expect, test } from 'vitest';
import { encodeForSession } from '../../files/encode-for-session.ts';
import { Graph } from '../../graph/graph.ts';
import { Model } from '../../graph/model.ts';
import { type AttributeInputs, float, node } from '../../graph/node.ts';
import { sizeOf } from '../../graph/shape.ts';
import { Tensor } from '../../graph/tensor.ts';
import { evaluateModel } from '../evaluate-model.ts';
import { integers, type NdArray, ndArray, scalar } from '../nd-array.ts';

/** A node by itself: operator, inputs (`undefined` is omitted), attributes, number of outputs. */
type Case = [opType: string, inputs: (NdArray | undefined)[], attributes?: AttributeInputs, outputs?: number];

let seed = 1;

/** Reproducible floats that float32 holds exactly, mostly between −2 and 2. */
function x(...shape: number[]): NdArray {
  const next = () => {
    seed = (seed * 48271) % 0x7fffffff;
    return Math.fround((seed / 0x7fffffff) * 4 - 2);
  };
  return ndArray(shape, Float64Array.from({ length: sizeOf(shape) }, next));
}

const positive = (...shape: number[]) =>
  ndArray(
    shape,
    x(...shape).data.map((v) => Math.fround(v * v + 0.1)),
  );
const ints = (...values: number[]) => integers(values);
const bools = (...values: number[]) => ndArray([values.length], values, 'bool');
const floats = (...values: number[]) => ndArray([values.length], values);
const int = (value: number) => scalar(value, 'int');
const table = (rows: number[][]) => ndArray([rows.length, rows[0]!.length], rows.flat(), 'int');

const unary = (...names: string[]): Case[] => names.map((name) => [name, [x(3, 5)]]);
const pairs = (...names: string[]): Case[] => names.map((name) => [name, [x(2, 3, 1), x(3, 4)]]);
const halves = floats(-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 0.4999999, -3.7);
const image = x(2, 4, 7, 6);

const elementwise: Case[] = [
  ...unary('Neg', 'Abs', 'Sign', 'Exp', 'Erf', 'Tanh', 'Sigmoid', 'HardSigmoid', 'HardSwish', 'Relu'),
  ...unary(
    'LeakyRelu',
    'Elu',
    'Selu',
    'Celu',
    'Softplus',
    'Softsign',
    'Floor',
    'Ceil',
    'Reciprocal',
    'Identity',
  ),
  ...unary('ThresholdedRelu', 'Mish', 'Sin', 'Cos', 'Gelu'),
  ...pairs('Add', 'Sub', 'Mul', 'Div', 'Max', 'Min', 'Mean', 'Sum', 'Greater', 'GreaterOrEqual', 'Less'),
  ...pairs('LessOrEqual', 'Equal'),
  ['Gelu', [x(20)], { approximate: 'tanh' }],
  ['LeakyRelu', [x(9)], { alpha: float(0.25) }],
  ['Sqrt', [positive(4)]],
  ['Log', [positive(4)]],
  ['Round', [halves]],
  ['Pow', [positive(2, 3), x(3)]],
  ['Pow', [ints(-3, 2, 5), ints(3, 10, 0)]],
  ['Div', [ints(7, -7, 7, -7), ints(2, 2, -2, -2)]],
  ['Mod', [ints(7, -7, 7, -7), ints(3, 3, -3, -3)]],
  ['Mod', [floats(7.5, -7.5, 7.5), floats(2, 2, -2)], { fmod: 1 }],
  ['PRelu', [x(2, 3, 4), x(3, 1)]],
  ['Clip', [x(12), scalar(-0.5), scalar(0.75)]],
  ['Clip', [x(12), undefined, scalar(0.25)]],
  ['Max', [x(3), x(2, 3), x(1)]],
  ['And', [bools(0, 0, 1, 1), bools(0, 1, 0, 1)]],
  ['Or', [bools(0, 0, 1, 1), bools(0, 1, 0, 1)]],
  ['Xor', [bools(0, 0, 1, 1), bools(0, 1, 0, 1)]],
  ['Not', [bools(0, 1)]],
  ['IsNaN', [floats(1, Number.NaN, Number.POSITIVE_INFINITY)]],
  ['IsInf', [floats(1, Number.NaN, Number.NEGATIVE_INFINITY)]],
  ['Cast', [floats(-1.7, 0, 2.9)], { to: 7 }],
  ['Cast', [ints(300, -1, 128)], { to: 3 }],
  ['Cast', [floats(-0.5, 0, 3)], { to: 9 }],
  ['CastLike', [floats(1.5, -2.5), ints(1)]],
  ['Dropout', [x(2, 3)]],
  ['Where', [bools(1, 0, 1), x(2, 3), x(2, 1)]],
];

const products: Case[] = [
  ['MatMul', [x(2, 5, 3), x(3, 4)]],
  ['MatMul', [x(2, 1, 6, 3), x(3, 3, 2)]],
  ['MatMul', [x(4), x(2, 4, 3)]],
  ['MatMul', [x(2, 3, 4), x(4)]],
  ['MatMul', [x(4), x(4)]],
  ['Gemm', [x(3, 5), x(3, 4), x(4)], { transA: 1, alpha: float(0.5), beta: float(2) }],
  ['Gemm', [x(5, 3), x(4, 3), x(5, 1)], { transB: 1 }],
  ['Einsum', [x(2, 3, 4), x(2, 5, 4)], { equation: 'bij,bkj->bik' }],
  ['Einsum', [x(2, 3), x(3, 4)], { equation: 'ij,jk' }],
  ['Einsum', [x(3, 3)], { equation: 'ii->i' }],
  ['Einsum', [x(2, 3, 4), x(2, 4, 5)], { equation: '...ij, ...jk -> ...ik' }],
  ['Einsum', [x(2, 3), x(3), x(2)], { equation: 'ij,j,i->' }],
  ['Conv', [image, x(6, 4, 3, 3), x(6)], { pads: [1, 0, 2, 1], strides: [2, 1], dilations: [1, 2] }],
  ['Conv', [image, x(8, 2, 3, 2)], { group: 2 }],
  ['Conv', [image, x(4, 1, 3, 3)], { group: 4, auto_pad: 'SAME_UPPER', strides: [2, 2] }],
  ['Conv', [image, x(3, 4, 2, 2)], { auto_pad: 'SAME_LOWER' }],
  ['Conv', [x(1, 2, 9), x(3, 2, 3)], { strides: [2] }],
  ['Conv', [x(1, 2, 4, 5, 4), x(3, 2, 2, 3, 2)], { pads: [1, 1, 0, 0, 1, 1] }],
  ['ConvTranspose', [x(2, 4, 5, 4), x(4, 3, 3, 3), x(3)], { strides: [2, 2], output_padding: [1, 1] }],
  ['ConvTranspose', [x(2, 4, 5, 4), x(4, 2, 3, 3)], { group: 2, pads: [1, 1, 0, 2], dilations: [2, 1] }],
  ['ConvTranspose', [x(1, 2, 5, 4), x(2, 2, 3, 3)], { strides: [2, 2], auto_pad: 'SAME_UPPER' }],
  ['ConvTranspose', [x(1, 2, 5, 4), x(2, 2, 3, 3)], { strides: [2, 2], output_shape: [10, 9] }],
  ['AveragePool', [image], { kernel_shape: [3, 2], strides: [2, 2], pads: [1, 0, 1, 1] }],
  ['AveragePool', [image], { kernel_shape: [3, 3], pads: [1, 1, 1, 1], count_include_pad: 1 }],
  ['AveragePool', [image], { kernel_shape: [3, 3], strides: [2, 3], ceil_mode: 1 }],
  [
    'AveragePool',
    [image],
    { kernel_shape: [3, 3], strides: [3, 3], pads: [1, 1, 1, 1], ceil_mode: 1, count_include_pad: 1 },
  ],
  ['MaxPool', [image], { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] }, 2],
  ['MaxPool', [image], { kernel_shape: [2, 2], dilations: [2, 2], ceil_mode: 1, strides: [2, 2] }],
  ['MaxPool', [image], { kernel_shape: [2, 3], storage_order: 1 }, 2],
  ['GlobalAveragePool', [image]],
  ['GlobalMaxPool', [image]],
];

const normalisations: Case[] = [
  ['LayerNormalization', [x(2, 3, 8), x(8), x(8)], { epsilon: float(1e-3) }],
  ['LayerNormalization', [x(2, 3, 8), x(3, 8)], { axis: 1 }, 3],
  ['BatchNormalization', [x(2, 3, 4), x(3), x(3), x(3), positive(3)]],
  ['InstanceNormalization', [x(2, 3, 4, 5), x(3), x(3)]],
  ['GroupNormalization', [x(2, 6, 5), x(6), x(6)], { num_groups: 3 }],
  ['RMSNormalization', [x(2, 3, 8), x(8)]],
  ['Softmax', [x(2, 3, 4)]],
  ['Softmax', [x(2, 3, 4)], { axis: 1 }],
  ['LogSoftmax', [x(2, 3, 4)], { axis: -2 }],
  ...['Sum', 'Mean', 'Max', 'Min', 'Prod', 'L1', 'L2', 'SumSquare', 'LogSumExp'].flatMap((name): Case[] => [
    [`Reduce${name}`, [x(2, 3, 4), ints(1, -1)]],
    [`Reduce${name}`, [x(2, 3, 4), ints(-2)], { keepdims: 0 }],
    [`Reduce${name}`, [x(2, 3)]],
  ]),
  ['ReduceSum', [x(2, 3), ints()], { noop_with_empty_axes: 1 }],
  ['ArgMax', [x(2, 5, 3)], { axis: 1 }],
  ['ArgMin', [x(2, 5, 3)], { axis: -1, keepdims: 0 }],
  ['ArgMax', [floats(1, 3, 3, 2)], { select_last_index: 1 }],
  ['TopK', [x(3, 7, 2), ints(3)], { axis: 1 }, 2],
  ['TopK', [x(3, 7), ints(2)], { largest: 0 }, 2],
  ['CumSum', [x(2, 5), int(1)], { exclusive: 1 }],
  ['CumSum', [x(4, 2), int(0)], { reverse: 1 }],
];

const shapes: Case[] = [
  ['Shape', [x(2, 3, 4, 5)], { start: 1, end: -1 }],
  ['Size', [x(2, 3, 4)]],
  ['Reshape', [x(2, 3, 4), ints(0, -1, 2)]],
  ['Flatten', [x(2, 3, 4)], { axis: 2 }],
  ['Flatten', [x(2, 3, 4)], { axis: -1 }],
  ['Transpose', [x(2, 3, 4)]],
  ['Transpose', [x(2, 3, 4)], { perm: [1, 2, 0] }],
  ['Squeeze', [x(1, 3, 1, 2), ints(-2)]],
  ['Squeeze', [x(1, 3, 1, 2)]],
  ['Unsqueeze', [x(3, 2), ints(0, -1)]],
  ['Expand', [x(3, 1), ints(2, 1, 4)]],
  ['Tile', [x(2, 3), ints(2, 3)]],
  ['Concat', [x(2, 1, 3), x(2, 4, 3)], { axis: 1 }],
  ['Split', [x(5, 4), ints(2, 3)], { axis: 0 }, 2],
  ['Split', [x(2, 7)], { axis: 1, num_outputs: 3 }, 3],
  ['DepthToSpace', [x(1, 8, 2, 3)], { blocksize: 2 }],
  ['DepthToSpace', [x(1, 8, 2, 3)], { blocksize: 2, mode: 'CRD' }],
  ['SpaceToDepth', [x(1, 2, 4, 6)], { blocksize: 2 }],
  ['Slice', [x(4, 6), ints(1, -2), ints(2 ** 53, -100), ints(0, 1), ints(2, -1)]],
  ['Slice', [x(5), ints(-1), ints(-(2 ** 53)), ints(0), ints(-2)]],
  [
    'Gather',
    [
      x(4, 3),
      table([
        [0, -1],
        [2, 1],
      ]),
    ],
    { axis: 1 },
  ],
  ['Gather', [x(4, 3), int(2)]],
  [
    'GatherElements',
    [
      x(3, 2),
      table([
        [2, -1],
        [0, 1],
      ]),
    ],
  ],
  [
    'GatherND',
    [
      x(2, 3, 4),
      table([
        [1, 0],
        [0, -1],
      ]),
    ],
  ],
  ['GatherND', [x(2, 3, 4), table([[1], [2]])], { batch_dims: 1 }],
  ['ScatterND', [x(4, 2), table([[3], [0]]), x(2, 2)]],
  ['ScatterND', [x(4), table([[3], [3]]), x(2)], { reduction: 'add' }],
  ['ScatterElements', [x(3, 3), table([[1, 0, 2]]), x(1, 3)], { axis: 0 }],
  ['Pad', [x(2, 3), ints(1, 0, 0, 2), scalar(1.5)]],
  ['Pad', [x(3, 4), ints(2, 3, 1, 0)], { mode: 'reflect' }],
  ['Pad', [x(3, 4), ints(1, 2, 3, 1)], { mode: 'edge' }],
  ['Pad', [x(3, 4), ints(1, -2), undefined, ints(1)]],
  ['Range', [int(10), int(1), int(-3)]],
  ['Range', [scalar(0), scalar(1), scalar(0.25)]],
  ['ConstantOfShape', [ints(2, 3)], { value: Tensor.int64([1], [7]) }],
  ['Constant', [], { value_floats: { kind: 'floats', value: [1, 2.5] } }],
  ['Constant', [], { value_int: 3 }],
  ['EyeLike', [x(3, 4)], { k: 1 }],
  ['OneHot', [ints(1, -1, 5), int(4), floats(-1, 2)], { axis: 0 }],
  ['Trilu', [x(2, 3, 4)]],
  ['Trilu', [x(4, 4), int(1)], { upper: 0 }],
  ['Resize', [x(1, 2, 3, 4), undefined, floats(1, 1, 2, 2)]],
  ['Resize', [x(1, 2, 5, 4), undefined, undefined, ints(1, 2, 3, 7)], { mode: 'linear' }],
  [
    'Resize',
    [x(1, 1, 3, 4), undefined, undefined, ints(1, 1, 5, 6)],
    { mode: 'linear', coordinate_transformation_mode: 'align_corners' },
  ],
  [
    'Resize',
    [x(1, 1, 4, 4), undefined, floats(1, 1, 1.5, 2)],
    { mode: 'nearest', coordinate_transformation_mode: 'asymmetric', nearest_mode: 'floor' },
  ],
  ['Resize', [x(1, 1, 5, 5), undefined, undefined, ints(1, 1, 8, 7)], { mode: 'cubic' }],
];

const dataTypes = { float: 'float32', int: 'int64', bool: 'bool' } as const;

function modelOf([opType, inputs, attributes = {}, outputs = 1]: Case, opset: number): Model {
  const graph = new Graph('case');
  const outputNames = Array.from({ length: outputs }, (_, i) => `out${i}`);
  const inputNames = inputs.map((input, i) => (input ? `in${i}` : ''));
  graph.append(node(opType, inputNames, outputNames, attributes));
  for (const [i, input] of inputs.entries()) {
    if (input) graph.addInput({ name: `in${i}`, dataType: dataTypes[input.type], shape: input.shape });
  }
  graph.setOutputs(outputNames.map((name) => ({ name, dataType: undefined, shape: undefined })));
  return new Model(graph, opset);
}

function sessionTensor({ shape, data, type }: NdArray): SessionTensor {
  if (type === 'float') return new SessionTensor('float32', Float32Array.from(data), shape);
  if (type === 'bool') return new SessionTensor('bool', Uint8Array.from(data), shape);
  return new SessionTensor('int64', BigInt64Array.from(data, BigInt), shape);
}

async function expectAgreement(each: Case, opset: number): Promise<void> {
  const model = modelOf(each, opset);
  const session = await InferenceSession.create(encodeForSession(model), {
    graphOptimizationLevel: 'disabled',
  });
  const given = each[1].flatMap((input, i) => (input ? [[`in${i}`, input] as const] : []));
  const expected = await session.run(Object.fromEntries(given.map(([name, a]) => [name, sessionTensor(a)])));
  const found = evaluateModel(model, new Map(given));
  for (const name of session.outputNames) {
    const [want, got] = [expected[name]!, found.get(name)!];
    expect(got.shape).toEqual(want.dims);
    const numbers = Array.from(want.data as ArrayLike<number | bigint | boolean>, Number);
    for (const [i, value] of numbers.entries()) expectClose(got.data[i]!, value);
  }
}

function expectClose(got: number, want: number): void {
  if (Number.isFinite(want)) expect(Math.abs(got - want) / Math.max(1, Math.abs(want))).toBeLessThan(3e-6);
  else expect(got).toBe(want);
}

const titled = (cases: readonly Case[]) =>
  cases.map((each) => {
    const inputs = each[1].map((input) => (input ? `[${input.shape.join(',')}]` : '-')).join(' ');
    return [`${each[0]} ${inputs} ${JSON.stringify(each[2] ?? {})}`, each] as const;
  });

describe('the operators agree with ONNX Runtime in operator set 21 or newer', () => {
  const all = [...elementwise, ...products, ...normalisations, ...shapes];
  const newest = new Set(['RMSNormalization']);
  test.each(titled(all))('%s', (_, each) => expectAgreement(each, newest.has(each[0]) ? 23 : 21));
});

describe('the operators agree with ONNX Runtime in operator set 11', () => {
  const older: Case[] = [
    ['Softmax', [x(2, 3, 4)]],
    ['Softmax', [x(2, 3, 4)], { axis: 2 }],
    ['LogSoftmax', [x(2, 3, 4)], { axis: 0 }],
    ['ReduceMean', [x(2, 3, 4)], { axes: [0, -1] }],
    ['ReduceSum', [x(2, 3, 4)], { axes: [1], keepdims: 0 }],
    ['ReduceMax', [x(2, 3, 4)]],
    ['Squeeze', [x(1, 3, 1)], { axes: [0] }],
    ['Unsqueeze', [x(3)], { axes: [0, 2] }],
    ['Split', [x(6, 2)], { split: [1, 5] }, 2],
    ['Split', [x(6, 2)], {}, 3],
    ['Pad', [x(2, 3), ints(1, 0, 0, 2)]],
    ['Clip', [x(12), scalar(-0.5)]],
    ['TopK', [x(3, 7), ints(2)], {}, 2],
    ['Gemm', [x(2, 3), x(3, 4)]],
    ['Dropout', [x(2, 3)], { ratio: float(0.5) }],
  ];
  test.each(titled(older))('%s', (_, each) => expectAgreement(each, 11));
});

test('group normalisation has one scale a group up to operator set 20', () =>
  expectAgreement(['GroupNormalization', [x(2, 6, 5), x(3), x(3)], { num_groups: 3 }], 18));
