import { describe, expect, it } from 'vitest';
import type { GraphBuilder } from '../../graph/graph-builder.ts';
import { type AttributeInputs, float } from '../../graph/node.ts';
import { sizeOf } from '../../graph/shape.ts';
import { Tensor } from '../../graph/tensor.ts';
import { drawInputs, expectTrueGradients, lossOf, type TestedInput } from '../central-differences.fixture.ts';

/** Operator, inputs, attributes, shape of the outcome, and constants after the inputs; opset 20 unless told. */
type Case = [
  operator: string,
  inputs: TestedInput[],
  attributes: AttributeInputs,
  output: number[],
  constants?: Tensor[],
  opset?: number,
];

const x = (...shape: number[]): TestedInput => ({ shape });
const positive = (...shape: number[]): TestedInput => ({ shape, low: 0.5, high: 2 });
/** Distinct numbers whose order is mixed, far from ties. */
const distinct = (...shape: number[]): TestedInput => {
  const size = sizeOf(shape);
  return { shape, values: Array.from({ length: size }, (_, i) => ((i * 37) % size) / 7 - 2.03) };
};
const integers = (values: number[], shape = [values.length]) => Tensor.int64(shape, values);
const numbers = (values: number[], shape = [values.length]) => Tensor.float32(shape, values);

const window = { kernel_shape: [3, 3], pads: [1, 1, 1, 1] };

const cases: Case[] = [
  ['Identity', [x(2, 3)], {}, [2, 3]],
  ['Neg', [x(2, 3)], {}, [2, 3]],
  ['Abs', [distinct(2, 3)], {}, [2, 3]],
  ['Exp', [x(2, 3)], {}, [2, 3]],
  ['Log', [positive(2, 3)], {}, [2, 3]],
  ['Sqrt', [positive(2, 3)], {}, [2, 3]],
  ['Reciprocal', [positive(2, 3)], {}, [2, 3]],
  ['Sin', [x(5)], {}, [5]],
  ['Cos', [x(5)], {}, [5]],
  ['Erf', [x(5)], {}, [5]],
  ['Tanh', [x(5)], {}, [5]],
  ['Sigmoid', [x(5)], {}, [5]],
  ['Softplus', [x(5)], {}, [5]],
  ['Relu', [distinct(7)], {}, [7]],
  ['LeakyRelu', [distinct(7)], { alpha: float(0.2) }, [7]],
  ['Gelu', [{ shape: [9], low: -3, high: 3 }], {}, [9]],
  ['Gelu', [{ shape: [9], low: -3, high: 3 }], { approximate: 'tanh' }, [9]],
  ['Clip', [distinct(9)], {}, [9], [numbers([-0.5], []), numbers([0.6], [])]],
  ['Add', [x(2, 3), x(2, 3)], {}, [2, 3]],
  ['Add', [x(2, 1, 3), x(4, 1)], {}, [2, 4, 3]],
  ['Sub', [x(3), x(2, 3)], {}, [2, 3]],
  ['Mul', [x(2, 3, 1), x(3, 4)], {}, [2, 3, 4]],
  ['Div', [x(2, 3), positive(1, 3)], {}, [2, 3]],
  ['Pow', [positive(2, 3), positive(3)], {}, [2, 3]],
  ['Pow', [x(2, 3)], {}, [2, 3], [numbers([2], [])]],
  ['Pow', [x(2, 3)], {}, [2, 3], [numbers([3], [])]],
  ['Sum', [x(2, 3), x(3), x(1, 1)], {}, [2, 3]],
  ['Max', [distinct(2, 3), x(3)], {}, [2, 3]],
  ['Min', [distinct(2, 3), x(3)], {}, [2, 3]],
  ['MatMul', [x(3, 4), x(4, 5)], {}, [3, 5]],
  ['MatMul', [x(2, 3, 4), x(4, 5)], {}, [2, 3, 5]],
  ['MatMul', [x(2, 1, 3, 4), x(3, 4, 5)], {}, [2, 3, 3, 5]],
  ['MatMul', [x(3, 4), x(2, 4, 5)], {}, [2, 3, 5]],
  ['MatMul', [x(4), x(2, 4, 5)], {}, [2, 5]],
  ['MatMul', [x(2, 3, 4), x(4)], {}, [2, 3]],
  ['Gemm', [x(3, 4), x(4, 5), x(5)], {}, [3, 5]],
  [
    'Gemm',
    [x(4, 3), x(5, 4), x(3, 1)],
    { transA: 1, transB: 1, alpha: float(0.7), beta: float(1.3) },
    [3, 5],
  ],
  ['Gemm', [x(3, 4), x(5, 4)], { transB: 1, alpha: float(2) }, [3, 5]],
  ['Gemm', [x(4, 3), x(4, 5)], { transA: 1 }, [3, 5]],
  ['Conv', [x(2, 3, 5, 4), x(4, 3, 3, 3), x(4)], window, [2, 4, 5, 4]],
  ['Conv', [x(2, 2, 6, 7), x(3, 2, 3, 2)], { strides: [2, 3], pads: [0, 1, 1, 0] }, [2, 3, 3, 3]],
  [
    'Conv',
    [x(2, 4, 5, 5), x(6, 2, 3, 3), x(6)],
    { group: 2, strides: [2, 2], pads: [1, 1, 1, 1] },
    [2, 6, 3, 3],
  ],
  ['Conv', [x(1, 3, 6, 6), x(3, 1, 2, 2)], { group: 3, dilations: [2, 2] }, [1, 3, 4, 4]],
  ['Conv', [x(2, 3, 4, 4), x(5, 3, 1, 1)], {}, [2, 5, 4, 4]],
  ['Conv', [x(2, 3, 8, 8), x(5, 3, 4, 4)], { strides: [4, 4] }, [2, 5, 2, 2]],
  ['Conv', [x(2, 8, 4, 5), x(3, 8, 3, 3), x(3)], { ...window, strides: [2, 1] }, [2, 3, 2, 5]],
  ['Conv', [x(1, 16, 4, 4), x(4, 8, 2, 2)], { group: 2, dilations: [2, 2] }, [1, 4, 2, 2]],
  ['Conv', [x(2, 9, 3, 3), x(2, 9, 1, 1)], {}, [2, 2, 3, 3]],
  ['AveragePool', [x(2, 3, 4, 4)], { kernel_shape: [2, 2], strides: [2, 2] }, [2, 3, 2, 2]],
  ['AveragePool', [x(1, 2, 5, 5)], { ...window, strides: [2, 2] }, [1, 2, 3, 3]],
  ['AveragePool', [x(1, 2, 5, 5)], { ...window, strides: [2, 2], count_include_pad: 1 }, [1, 2, 3, 3]],
  ['AveragePool', [x(1, 2, 6, 6)], { kernel_shape: [2, 2], strides: [3, 3] }, [1, 2, 2, 2]],
  ['MaxPool', [distinct(2, 3, 4, 4)], { kernel_shape: [2, 2], strides: [2, 2] }, [2, 3, 2, 2]],
  ['MaxPool', [distinct(2, 2, 5, 5)], { ...window, strides: [2, 2] }, [2, 2, 3, 3]],
  ['GlobalAveragePool', [x(2, 3, 4, 5)], {}, [2, 3, 1, 1]],
  ['Softmax', [x(2, 3, 4)], { axis: -1 }, [2, 3, 4]],
  ['Softmax', [x(2, 3, 4)], { axis: 1 }, [2, 3, 4]],
  ['LogSoftmax', [x(2, 3, 4)], { axis: 1 }, [2, 3, 4]],
  ['LayerNormalization', [x(2, 3, 6), x(6), x(6)], { axis: -1 }, [2, 3, 6]],
  ['LayerNormalization', [x(2, 3, 4), x(3, 4), x(3, 4)], { axis: 1, epsilon: float(1e-3) }, [2, 3, 4]],
  ['LayerNormalization', [x(3, 4), x(4)], {}, [3, 4]],
  [
    'BatchNormalization',
    [x(2, 3, 2, 2), x(3), x(3)],
    {},
    [2, 3, 2, 2],
    [numbers([0.1, -0.2, 0.3]), numbers([1, 2, 0.5])],
  ],
  ['Reshape', [x(2, 6)], {}, [3, 4], [integers([3, 4])]],
  ['Flatten', [x(2, 3, 2)], { axis: 1 }, [2, 6]],
  ['Squeeze', [x(2, 1, 3)], {}, [2, 3], [integers([1])]],
  ['Unsqueeze', [x(2, 3)], {}, [2, 1, 3], [integers([1])]],
  ['Transpose', [x(2, 3, 4)], { perm: [2, 0, 1] }, [4, 2, 3]],
  ['Transpose', [x(2, 3, 4)], {}, [4, 3, 2]],
  ['Concat', [x(2, 3), x(2, 1), x(2, 2)], { axis: -1 }, [2, 6]],
  ['Expand', [x(3, 1)], {}, [2, 3, 4], [integers([2, 3, 4])]],
  ['Pad', [x(2, 3)], {}, [5, 4], [integers([1, 0, 2, 1])]],
  ['Slice', [x(4, 5)], {}, [2, 5], [integers([1]), integers([3]), integers([0])]],
  ['Slice', [x(4, 5)], {}, [4, 2], [integers([-3]), integers([-1]), integers([-1])]],
  [
    'Slice',
    [x(5, 6)],
    {},
    [2, 3],
    [integers([3, 0]), integers([-6, 6]), integers([0, 1]), integers([-2, 2])],
  ],
  ['Gather', [x(5, 3)], { axis: 0 }, [2, 2, 3], [integers([4, 0, 4, -1], [2, 2])]],
  ['Gather', [x(2, 5, 3)], { axis: 1 }, [2, 3], [integers([2], [])]],
  ['Gather', [x(2, 3, 5)], { axis: 2 }, [2, 3, 3], [integers([1, 1, 0])]],
  ['ReduceSum', [x(2, 3, 4)], { keepdims: 0 }, [2, 4], [integers([1])]],
  ['ReduceSum', [x(2, 3)], {}, [1, 1]],
  ['ReduceMean', [x(2, 3, 4)], { keepdims: 1 }, [1, 3, 1], [integers([0, 2])]],
  ['ReduceMean', [x(2, 3, 4)], { axes: [-1], keepdims: 0 }, [2, 3], [], 17],
  ['ReduceSumSquare', [x(2, 3)], { keepdims: 0 }, [2], [integers([1])]],
  ['ReduceL2', [positive(2, 3)], { keepdims: 0 }, [2], [integers([1])]],
];

function apply(
  builder: GraphBuilder,
  [operator, , attributes, , constants = []]: Case,
  names: string[],
): string {
  const fixed = constants.map((tensor) => builder.constant('constant', tensor));
  return builder.op(operator, [...names, ...fixed], attributes);
}

describe('gradient rules', () => {
  it.each(
    cases.map((each) => [`${each[0]} ${each[1].map(({ shape }) => `[${shape}]`).join(' ')}`, each] as const),
  )('%s agrees with central differences', async (_, each) => {
    const model = lossOf(each[1], (builder, names) => apply(builder, each, names), [each[3]], each[5]);
    await expectTrueGradients(model, drawInputs(each[1]));
  });

  it('Where passes the gradient to the side that was chosen', async () => {
    const inputs = [x(2, 3), x(3)];
    const build = (builder: GraphBuilder, [a, b]: string[]) => {
      const condition = builder.op('Greater', [a!, builder.scalar('limit', 0.1)]);
      return builder.op('Where', [condition, a!, b!]);
    };
    await expectTrueGradients(lossOf(inputs, build, [[2, 3]]), drawInputs(inputs));
  });

  it('Split passes gradients of the parts that are used', async () => {
    const inputs = [x(2, 6)];
    const build = (builder: GraphBuilder, [a]: string[]) => {
      const parts = builder.ops('Split', [a!, builder.integers('lengths', [1, 3, 2])], 3, { axis: 1 });
      return [parts[0]!, parts[2]!];
    };
    const model = lossOf(inputs, build, [
      [2, 1],
      [2, 2],
    ]);
    await expectTrueGradients(model, drawInputs(inputs));
  });

  it('adds up the gradients of a value that is read several times', async () => {
    const inputs = [x(3, 3)];
    const build = (builder: GraphBuilder, [a]: string[]) =>
      builder.op('Mul', [builder.op('MatMul', [a!, a!]), builder.op('Tanh', [a!])]);
    await expectTrueGradients(lossOf(inputs, build, [[3, 3]]), drawInputs(inputs));
  });

  it('covers every operator that has a rule', async () => {
    const { gradientRules } = await import('./gradient-rules.ts');
    const tested = new Set([...cases.map(([operator]) => operator), 'Where', 'Split', 'Dropout', 'Cast']);
    const rules = Object.entries(gradientRules).filter(([, rule]) => rule !== 'zero');
    expect(rules.map(([name]) => name).filter((name) => !tested.has(name))).toEqual([]);
  });
});
