import { describe, expect, it } from 'vitest';
import { onnxDataType } from '../graph/data-type.ts';
import type { GraphBuilder } from '../graph/graph-builder.ts';
import { sizeOf } from '../graph/shape.ts';
import { Tensor } from '../graph/tensor.ts';
import { expectSameNumbers, networkOf, numbers, operatorsOf } from './compare-in-runtime.fixture.ts';
import { dequantiseActivations } from './dequantise-activations.ts';
import { dequantiseProducts } from './dequantise-products.ts';
import { dequantiseWeights } from './dequantise-weights.ts';
import { openQuantised } from './open-quantised.ts';

const passes = [openQuantised, dequantiseProducts, dequantiseWeights, dequantiseActivations];
const contrib = { domain: 'com.microsoft' };

function integers(build: GraphBuilder, type: 'int8' | 'uint8', shape: readonly number[], seed = 1): string {
  const values = numbers(sizeOf(shape), seed).map(
    (value) => Math.round(value * 100) + (type === 'uint8' ? 128 : 0),
  );
  return build.constant(type, new Tensor(type, shape, { kind: 'memory', bytes: Uint8Array.from(values) }));
}

const zero = (build: GraphBuilder, type: 'int8' | 'uint8', value: number) =>
  build.constant('zero', new Tensor(type, [], { kind: 'memory', bytes: Uint8Array.of(value) }));
const step = (build: GraphBuilder, value: number) => build.scalar('step', value);
const steps = (build: GraphBuilder, values: readonly number[]) =>
  build.constant('steps', Tensor.float32([values.length], values));

/** An input in [−1, 1] as bytes, with its scale and zero point. */
function quantised(build: GraphBuilder, value: string): [string, string, string] {
  const pair: [string, string] = [step(build, 0.01), zero(build, 'uint8', 120)];
  return [build.op('QuantizeLinear', [value, ...pair]), ...pair];
}

function real(build: GraphBuilder, value: string, scale: string, at: string): string {
  return build.op('DequantizeLinear', [value, scale, at]);
}

const bias = (build: GraphBuilder, count: number) =>
  build.constant(
    'bias',
    new Tensor('int32', [count], {
      kind: 'memory',
      bytes: new Uint8Array(Int32Array.from({ length: count }, (_, i) => 300 * (i - 1)).buffer),
    }),
  );

describe('operators on integers with scales', () => {
  it('become a convolution of numbers, by channel and with a bias', async () => {
    const source = networkOf({ x: [1, 2, 5, 5] }, (build) => {
      const out: [string, string] = [step(build, 0.03), zero(build, 'uint8', 100)];
      const made = build.op(
        'QLinearConv',
        [
          ...quantised(build, 'x'),
          ...[integers(build, 'int8', [3, 2, 3, 3]), steps(build, [0.01, 0.02, 0.005]), ''],
          ...out,
          bias(build, 3),
        ].map((name, i) =>
          i === 5
            ? build.constant('zeros', new Tensor('int8', [3], { kind: 'memory', bytes: new Uint8Array(3) }))
            : name,
        ),
        { pads: [1, 1, 1, 1] },
      );
      return [real(build, made, ...out)];
    });
    const model = await expectSameNumbers(source, passes, 0.03);
    expect(operatorsOf(model).filter((each) => each !== 'Identity')).toEqual(['Clip', 'Conv', 'Clip']);
  });

  it('become products of numbers', async () => {
    const source = networkOf({ x: [3, 6] }, (build) => {
      const out: [string, string] = [step(build, 0.02), zero(build, 'uint8', 128)];
      const weight = [integers(build, 'int8', [6, 4]), step(build, 0.01), zero(build, 'int8', 3)];
      const made = build.op('QLinearMatMul', [...quantised(build, 'x'), ...weight, ...out]);
      return [real(build, made, ...out)];
    });
    const model = await expectSameNumbers(source, passes, 0.03);
    expect(operatorsOf(model).filter((each) => each !== 'Identity')).toEqual(['Clip', 'MatMul', 'Clip']);
  });

  it.each([true, false])('become a Gemm of numbers, with quantised output: %s', async (isQuantised) => {
    const source = networkOf({ x: [3, 6] }, (build) => {
      const out: [string, string] = [step(build, 0.02), zero(build, 'uint8', 128)];
      const weight = [integers(build, 'int8', [4, 6]), step(build, 0.01), zero(build, 'int8', 0)];
      const inputs = [...quantised(build, 'x'), ...weight, bias(build, 4), ...(isQuantised ? out : [])];
      const made = build.op('QGemm', inputs, { transB: 1 }, contrib);
      return [isQuantised ? real(build, made, ...out) : made];
    });
    const model = await expectSameNumbers(source, passes, 0.03);
    expect(operatorsOf(model).filter((each) => each !== 'Identity' && each !== 'Clip')).toEqual(['Gemm']);
  });

  it.each([
    ['QLinearAdd', 'Add'],
    ['QLinearMul', 'Mul'],
  ])('%s becomes %s', async (opType, expected) => {
    const source = networkOf({ x: [3, 6], y: [3, 6] }, (build) => {
      const out: [string, string] = [step(build, 0.02), zero(build, 'uint8', 128)];
      const made = build.op(
        opType,
        [...quantised(build, 'x'), ...quantised(build, 'y'), ...out],
        {},
        contrib,
      );
      return [real(build, made, ...out)];
    });
    expect(operatorsOf(await expectSameNumbers(source, passes, 0.03))).toContain(expected);
  });

  it('join and pool', async () => {
    const source = networkOf({ x: [1, 2, 4, 4], y: [1, 3, 4, 4] }, (build) => {
      const out: [string, string] = [step(build, 0.02), zero(build, 'uint8', 128)];
      const parts = [...quantised(build, 'x'), ...quantised(build, 'y')];
      const joined = build.op('QLinearConcat', [...out, ...parts], { axis: 1 }, contrib);
      const pooled = build.op(
        'QLinearGlobalAveragePool',
        [joined, ...out, step(build, 0.002), out[1]],
        {},
        contrib,
      );
      return [real(build, pooled, build.scalar('step', 0.002), out[1])];
    });
    expect(operatorsOf(await expectSameNumbers(source, passes, 0.1))).toContain('GlobalAveragePool');
  });
});

describe('products of integers', () => {
  const float = { to: onnxDataType('float32') };

  it('of what is quantised anew for each input become products of numbers', async () => {
    const source = networkOf({ x: [2, 3, 6] }, (build) => {
      const [bytes, scale, at] = build.ops('DynamicQuantizeLinear', ['x'], 3) as [string, string, string];
      const made = build.op('MatMulInteger', [
        bytes,
        integers(build, 'int8', [6, 4]),
        at,
        zero(build, 'int8', 5),
      ]);
      const factor = build.op('Mul', [scale, step(build, 0.01)]);
      return [build.op('Mul', [build.op('Cast', [made], float), factor])];
    });
    const model = await expectSameNumbers(source, passes, 0.02);
    expect(operatorsOf(model)).toEqual(['Identity', 'MatMul', 'Mul', 'Identity', 'Mul']);
  });

  it('of convolutions, too, with zero points by output channel', async () => {
    const source = networkOf({ x: [1, 2, 5, 5] }, (build) => {
      const [bytes, scale, at] = build.ops('DynamicQuantizeLinear', ['x'], 3) as [string, string, string];
      const made = build.op(
        'ConvInteger',
        [bytes, integers(build, 'uint8', [3, 2, 3, 3]), at, zero(build, 'uint8', 130)],
        { pads: [1, 1, 1, 1] },
      );
      return [build.op('Mul', [build.op('Cast', [made], float), scale])];
    });
    expect(operatorsOf(await expectSameNumbers(source, passes, 0.02))).toContain('Conv');
  });

  it('of two activations, as in attention', async () => {
    const source = networkOf({ x: [2, 3, 6], y: [2, 6, 4] }, (build) => {
      const [a, s, z] = build.ops('DynamicQuantizeLinear', ['x'], 3) as [string, string, string];
      const [b, u, w] = build.ops('DynamicQuantizeLinear', ['y'], 3) as [string, string, string];
      const made = build.op('Cast', [build.op('MatMulInteger', [a, b, z, w])], float);
      return [build.op('Mul', [made, build.op('Mul', [s, u])])];
    });
    expect(operatorsOf(await expectSameNumbers(source, passes, 0.04))).toContain('MatMul');
  });

  it('of activations with a scale of their own are clipped to their range', async () => {
    const source = networkOf({ x: [3, 6] }, (build) => {
      const [bytes, , at] = quantised(build, 'x');
      const made = build.op('MatMulInteger', [bytes, integers(build, 'int8', [6, 4]), at]);
      return [build.op('Mul', [build.op('Cast', [made], float), step(build, 0.0001)])];
    });
    const model = await expectSameNumbers(source, passes, 0.02);
    expect(operatorsOf(model)).toEqual(['Div', 'Clip', 'MatMul', 'Identity', 'Mul']);
  });

  it('stay where something else reads the integers', () => {
    const source = networkOf({ x: [3, 6] }, (build) => {
      const [bytes, , at] = quantised(build, 'x');
      return [
        build.op('MatMulInteger', [bytes, integers(build, 'int8', [6, 4]), at]),
        build.op('Cast', [bytes], float),
      ];
    });
    expect(dequantiseProducts(source)).toBe(0);
  });
});
