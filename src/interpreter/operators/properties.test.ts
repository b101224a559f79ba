import { expect, test } from 'vitest';
import { type AttributeInputs, node } from '../../graph/node.ts';
import { sizeOf } from '../../graph/shape.ts';
import { fc } from '../../properties.fixture.ts';
import { integers, type NdArray, ndArray, stridesOf } from '../nd-array.ts';
import { operators } from './operators.ts';

function apply(opType: string, inputs: NdArray[], attributes: AttributeInputs = {}): NdArray {
  const names = inputs.map((_, i) => `in${i}`);
  const context = { opset: 17, evaluateBody: () => [] };
  return operators.get(opType)!(inputs, node(opType, names, ['out'], attributes), context)[0]!;
}

const length = fc.integer({ min: 1, max: 6 });
const value = fc.integer({ min: -9, max: 9 });

const arrayOf = (shape: readonly number[]) =>
  fc
    .array(value, { minLength: sizeOf(shape), maxLength: sizeOf(shape) })
    .map((values) => ndArray(shape, values));

const anyArray = fc.array(length, { minLength: 1, maxLength: 4 }).chain(arrayOf);

test('MatMul is the naive triple loop', () => {
  const pair = fc
    .tuple(length, length, length)
    .chain(([rows, depth, columns]) => fc.tuple(arrayOf([rows, depth]), arrayOf([depth, columns])));
  fc.assert(
    fc.property(pair, ([a, b]) => {
      const [rows, depth] = a.shape as [number, number];
      const columns = b.shape[1]!;
      const expected = new Float64Array(rows * columns);
      for (let i = 0; i < rows; i++) {
        for (let j = 0; j < columns; j++) {
          for (let k = 0; k < depth; k++) {
            expected[i * columns + j]! += a.data[i * depth + k]! * b.data[k * columns + j]!;
          }
        }
      }
      expect(apply('MatMul', [a, b])).toEqual(ndArray([rows, columns], expected));
      expect(apply('Einsum', [a, b], { equation: 'ik,kj->ij' }).data).toEqual(expected);
    }),
  );
});

test('a MatMul of plain float64 sums adds in the order of the inner axis', () => {
  const a = ndArray([5, 3], [1, 1e16, -1e16, 1, 1e16, -1e16, 1, 1e16, -1e16, 1, 1e16, -1e16, 1, 1e16, -1e16]);
  expect([...apply('MatMul', [a, ndArray([3, 1], [1, 1, 1])]).data]).toEqual([0, 0, 0, 0, 0]);
});

test('Transpose with an order and then with its inverse is the identity', () => {
  const withOrder = anyArray.chain((array) =>
    fc.tuple(
      fc.constant(array),
      fc.shuffledSubarray(
        array.shape.map((_, axis) => axis),
        { minLength: array.shape.length },
      ),
    ),
  );
  fc.assert(
    fc.property(withOrder, ([array, order]) => {
      const inverse = order.map((_, axis) => order.indexOf(axis));
      expect(apply('Transpose', [apply('Transpose', [array], { perm: order })], { perm: inverse })).toEqual(
        array,
      );
    }),
  );
});

test('Slice of a list is what Array.slice gives', () => {
  const bound = fc.integer({ min: -12, max: 12 });
  fc.assert(
    fc.property(fc.array(value, { maxLength: 8 }), bound, bound, (values, start, end) => {
      const sliced = apply('Slice', [ndArray([values.length], values), integers([start]), integers([end])]);
      expect([...sliced.data]).toEqual(values.slice(start, end));
    }),
  );
});

test('Concat undoes Split', () => {
  fc.assert(
    fc.property(anyArray, (array) => {
      const split = node('Split', ['in'], ['a', 'b'], { axis: 0, num_outputs: 2 });
      const parts = operators.get('Split')!([array], split, { opset: 18, evaluateBody: () => [] });
      expect(apply('Concat', parts, { axis: 0 })).toEqual(array);
    }),
  );
});

test('Softmax sums to 1 along its axis and does not overflow', () => {
  fc.assert(
    fc.property(anyArray, (array) => {
      const large = { ...array, data: array.data.map((x) => 1000 * x) };
      const sums = apply('ReduceSum', [apply('Softmax', [large]), integers([-1])]);
      for (const sum of sums.data) expect(Math.abs(sum - 1)).toBeLessThan(1e-15);
    }),
  );
});

test('Conv is the direct sum over channels and kernel', () => {
  const shapes = fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 3, max: 6 }), length, length);
  const operands = shapes.chain(([channels, size, features, stride]) =>
    fc.tuple(arrayOf([2, channels, size, size]), arrayOf([features, channels, 3, 3]), fc.constant(stride)),
  );
  fc.assert(
    fc.property(operands, ([x, w, stride]) => {
      const y = apply('Conv', [x, w], { strides: [stride, stride], pads: [1, 1, 1, 1] });
      const [, , rows, columns] = y.shape as [number, number, number, number];
      for (const [i, found] of y.data.entries()) {
        const [n, f, r, c] = stridesOf(y.shape).map((s, axis) => Math.floor(i / s) % y.shape[axis]!);
        expect(found).toBe(directSum(x, w, n!, f!, r! * stride - 1, c! * stride - 1));
      }
      expect([rows, columns]).toEqual(x.shape.slice(2).map((each) => Math.floor((each - 1) / stride) + 1));
    }),
  );
});

function directSum(x: NdArray, w: NdArray, n: number, f: number, top: number, left: number): number {
  const [, channels, height, width] = x.shape as [number, number, number, number];
  let sum = 0;
  for (let c = 0; c < channels; c++) {
    for (let i = 0; i < 3; i++) {
      for (let j = 0; j < 3; j++) {
        const [row, column] = [top + i, left + j];
        if (row < 0 || row >= height || column < 0 || column >= width) continue;
        const weight = w.data[((f * channels + c) * 3 + i) * 3 + j]!;
        sum += weight * x.data[((n * channels + c) * height + row) * width + column]!;
      }
    }
  }
  return sum;
}

test('ConvTranspose is the transposed map of Conv: ⟨Conv(x), y⟩ = ⟨x, ConvTranspose(y)⟩', () => {
  const operands = fc.tuple(arrayOf([1, 2, 5, 5]), arrayOf([3, 2, 3, 3]), arrayOf([1, 3, 3, 3]));
  const attributes = { strides: [2, 2], pads: [1, 1, 1, 1] };
  const dot = (a: NdArray, b: NdArray) => a.data.reduce((sum, v, i) => sum + v * b.data[i]!, 0);
  fc.assert(
    fc.property(operands, ([x, w, y]) => {
      expect(dot(apply('Conv', [x, w], attributes), y)).toBe(
        dot(x, apply('ConvTranspose', [y, w], attributes)),
      );
    }),
  );
});

test('LayerNormalization is exact to a few units in the last place', () => {
  const x = ndArray([1, 4], [1, 2, 3, 4]);
  const ones = ndArray([4], [1, 1, 1, 1]);
  const found = apply('LayerNormalization', [x, ones], { epsilon: { kind: 'float', value: 0 } });
  const unit = Math.sqrt(0.8);
  for (const [i, want] of [-1.5 * unit, -0.5 * unit, 0.5 * unit, 1.5 * unit].entries()) {
    expect(Math.abs(found.data[i]! - want)).toBeLessThan(4e-16);
  }
});

test('Gelu is x·Φ(x) to 1e-15', () => {
  // Φ(1) and Φ(−2) to 17 digits.
  const found = apply('Gelu', [ndArray([2], [1, -2])]).data;
  expect(Math.abs(found[0]! - 0.8413447460685429)).toBeLessThan(1e-15);
  expect(Math.abs(found[1]! + 2 * 0.02275013194817921)).toBeLessThan(1e-15);
});
