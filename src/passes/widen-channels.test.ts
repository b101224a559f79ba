import { describe, expect, it } from 'vitest';
import type { GraphBuilder } from '../graph/graph-builder.ts';
import type { Model } from '../graph/model.ts';
import { Tensor } from '../graph/tensor.ts';
import { evaluateModel } from '../interpreter/evaluate-model.ts';
import { ndArray } from '../interpreter/nd-array.ts';
import { networkOf, numbers, weight } from './compare-in-runtime.fixture.ts';
import { removeConstantChannels } from './remove-constant-channels.ts';
import { widenChannels } from './widen-channels.ts';

const padded = { pads: [1, 1, 1, 1] };

function norm(
  build: GraphBuilder,
  value: string,
  gamma: readonly number[],
  beta = numbers(gamma.length, 3),
): string {
  const each = (name: string, values: readonly number[]) =>
    build.constant(name, Tensor.float32([values.length], values));
  const count = gamma.length;
  const parts = [beta, numbers(count, 4), numbers(count, 5).map((x) => 1 + x * x)];
  return build.op('BatchNormalization', [value, ...[gamma, ...parts].map((part, i) => each(`n${i}`, part))]);
}

/** A residual block whose shortcut is padded with zeros, kernels by channel, a Concat and a Flatten before a product. */
function residualNetwork(): Model {
  return networkOf({ x: [2, 3, 4, 4] }, (build) => {
    const stem = build.op('Conv', ['x', weight(build, 'stem', [4, 3, 3, 3])], padded);
    const first = build.op('Relu', [norm(build, stem, [1, 0, 0.5, -1])]);
    const inner = build.op(
      'Conv',
      [first, weight(build, 'inner', [6, 4, 3, 3]), weight(build, 'b', [6])],
      padded,
    );
    const outer = build.op('Conv', [build.op('Relu', [inner]), weight(build, 'outer', [8, 6, 1, 1])]);
    const pads = build.integers('pads', [0, 2, 0, 0, 0, 2, 0, 0]);
    const sum = build.op('Relu', [build.op('Add', [outer, build.op('Pad', [first, pads])])]);
    const scaled = build.op('Mul', [sum, weight(build, 'each', [8, 1, 1])]);
    const own = build.op('Conv', [scaled, weight(build, 'own', [8, 1, 3, 3])], { ...padded, group: 8 });
    const both = build.op('Concat', [own, inner], { axis: 1 });
    const pooled = build.op('AveragePool', [both], { kernel_shape: [2, 2], strides: [2, 2] });
    const flat = build.op('Flatten', [pooled]);
    return [build.op('Gemm', [flat, weight(build, 'head', [56, 5])], {}, { name: 'y' })];
  });
}

const input = ndArray([2, 3, 4, 4], numbers(96, 9));

function expectSame(model: Model, expected: ArrayLike<number>, tolerance = 1e-5): void {
  const found = evaluateModel(model, { x: input }).get('y')?.data ?? [];
  expect(found).toHaveLength(expected.length);
  for (let i = 0; i < expected.length; i++)
    expect(Math.abs((found[i] ?? 0) - (expected[i] ?? 0))).toBeLessThan(tolerance);
}

const outputOf = (model: Model) => evaluateModel(model, { x: input }).get('y')?.data ?? [];

describe('widenChannels', () => {
  it.each([2, 3, 1.5])('changes nothing with %d times as many channels', (factor) => {
    const model = residualNetwork();
    const expected = outputOf(model);
    widenChannels(model, factor);
    const shape = (name: string) => model.graph.initializers.get(name)?.shape;
    expect(shape('stem')).toEqual([4 * factor, 3, 3, 3]);
    expect(shape('inner')).toEqual([6 * factor, 4 * factor, 3, 3]);
    expect(shape('head')).toEqual([56 * factor, 5]);
    expectSame(model, expected);
  });

  it('names the operators whose channels it does not understand, and wants no less than 1', () => {
    const model = networkOf({ x: [2, 3, 4, 4] }, (build) => {
      const drive = build.op('Conv', ['x', weight(build, 'w', [4, 3, 1, 1])]);
      return [build.op('Softmax', [drive], { axis: 1 }, { name: 'mixed' })];
    });
    expect(() => widenChannels(model, 2)).toThrow(
      "widen-channels: the channels of these operators cannot be counted anew:\n  - Softmax 'mixed': its channels are not understood",
    );
    expect(() => widenChannels(residualNetwork(), 0.5)).toThrow(
      'widen-channels: expected a factor of 1 or more, got 0.5. Give how many times as many channels there are to be.',
    );
  });
});

describe('removeConstantChannels', () => {
  const chain = (pads: { pads?: number[] }) =>
    networkOf({ x: [2, 3, 4, 4] }, (build) => {
      const drive = build.op('Conv', ['x', weight(build, 'w1', [4, 3, 1, 1])]);
      const hidden = build.op('Relu', [norm(build, drive, [0, 1, 0, 0], [-1, 0.2, 0.7, -0.3])]);
      const pooled = build.op('MaxPool', [hidden], { kernel_shape: [2, 2] });
      return [build.op('Conv', [pooled, weight(build, 'w2', [2, 4, 3, 3])], pads, { name: 'y' })];
    });

  it('keeps what the network computes, at the border, too, and takes silent channels out there alone', () => {
    const [plain, bordered] = [chain({}), chain(padded)];
    const before = [plain, bordered].map(outputOf);
    expect(removeConstantChannels(plain, false)).toBe(3);
    expect(removeConstantChannels(bordered, false)).toBe(2);
    expectSame(plain, before[0] ?? []);
    expectSame(bordered, before[1] ?? []);
    expect(plain.graph.initializers.get('w1')?.shape).toEqual([1, 3, 1, 1]);
  });

  it('takes channels out of layers that follow each other, one of which gets its bias from the other', () => {
    const model = networkOf({ x: [2, 3, 4, 4] }, (build) => {
      const first = norm(
        build,
        build.op('Conv', ['x', weight(build, 'w1', [3, 3, 1, 1])]),
        [0, 1, 1],
        [2, 0, 1],
      );
      const drive = build.op('Conv', [build.op('Relu', [first]), weight(build, 'w2', [3, 3, 1, 1])]);
      const second = norm(build, drive, [1, 0, 2], [0.1, 1, 0]);
      const head = weight(build, 'w3', [2, 3, 1, 1]);
      return [build.op('Conv', [build.op('Relu', [second]), head], {}, { name: 'y' })];
    });
    const before = outputOf(model);
    expect(removeConstantChannels(model, false)).toBe(2);
    expect(model.graph.initializers.get('w2')?.shape).toEqual([2, 2, 1, 1]);
    expectSame(model, before);
  });

  it('leaves residual streams whole', () => {
    expect(removeConstantChannels(residualNetwork(), true)).toBe(0);
  });
});
