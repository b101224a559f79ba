import { describe, expect, it } from 'vitest';
import type { GraphBuilder } from '../graph/graph-builder.ts';
import type { AttributeInputs } from '../graph/node.ts';
import { sizeOf } from '../graph/shape.ts';
import { Tensor } from '../graph/tensor.ts';
import { expectSameNumbers, networkOf, numbers, operatorsOf, weight } from './compare-in-runtime.fixture.ts';
import { dequantiseActivations } from './dequantise-activations.ts';
import { dequantiseWeights } from './dequantise-weights.ts';

function bytes(build: GraphBuilder, type: 'int8' | 'uint8', shape: readonly number[], seed = 1): string {
  const values = numbers(sizeOf(shape), seed).map(
    (value) => Math.round(value * 127) + (type === 'uint8' ? 128 : 0),
  );
  const storage = { kind: 'memory', bytes: Uint8Array.from(values) } as const;
  return build.constant(type, new Tensor(type, shape, storage));
}

const scales = (build: GraphBuilder, shape: readonly number[]) =>
  build.constant(
    'scale',
    Tensor.float32(
      shape,
      numbers(sizeOf(shape), 5).map((value) => 0.01 + value * value * 0.02),
    ),
  );

describe('dequantiseWeights', () => {
  const linear: readonly [string, (build: GraphBuilder) => string[], AttributeInputs][] = [
    ['one scale', (build) => [bytes(build, 'int8', [6, 4]), scales(build, [])], {}],
    [
      'a scale for each column',
      (build) => [bytes(build, 'uint8', [6, 4]), scales(build, [4]), bytes(build, 'uint8', [4], 2)],
      {},
    ],
    ['a scale for each row', (build) => [bytes(build, 'int8', [6, 4]), scales(build, [6])], { axis: 0 }],
    [
      'a scale for each block',
      (build) => [bytes(build, 'int8', [6, 4]), scales(build, [2, 4]), bytes(build, 'int8', [2, 4], 3)],
      { axis: 0, block_size: 3 },
    ],
  ];
  for (const [what, inputs, attributes] of linear) {
    it(`folds DequantizeLinear with ${what}`, async () => {
      const source = networkOf(
        { x: [2, 6] },
        (build) => [build.op('MatMul', ['x', build.op('DequantizeLinear', inputs(build), attributes)])],
        21,
      );
      expect(operatorsOf(await expectSameNumbers(source, [dequantiseWeights]))).toEqual(['MatMul']);
    });
  }

  for (const bits of [4, 8]) {
    for (const rows of [32, 40]) {
      for (const extras of ['', 'zero points', 'a bias']) {
        it(`unpacks MatMulNBits of ${bits} bits and ${rows} rows${extras && `, with ${extras}`}`, async () => {
          const blocks = Math.ceil(rows / 16);
          const source = networkOf({ x: [2, 3, rows] }, (build) => {
            const zeros =
              extras === 'zero points' ? bytes(build, 'uint8', [5 * Math.ceil((blocks * bits) / 8)], 2) : '';
            const bias = extras === 'a bias' ? ['', weight(build, 'bias', [5])] : [];
            const inputs = [
              'x',
              bytes(build, 'uint8', [5, blocks, (16 * bits) / 8]),
              scales(build, [5 * blocks]),
              zeros,
              ...bias,
            ];
            return [
              build.op(
                'MatMulNBits',
                inputs,
                { K: rows, N: 5, bits, block_size: 16 },
                { domain: 'com.microsoft' },
              ),
            ];
          });
          const model = await expectSameNumbers(source, [dequantiseWeights]);
          expect(operatorsOf(model)).toEqual(extras === 'a bias' ? ['MatMul', 'Add'] : ['MatMul']);
        });
      }
    }
  }

  it('multiplies by the floats that DynamicQuantizeMatMul has in integers', async () => {
    const source = networkOf({ x: [3, 6] }, (build) => {
      const inputs = ['x', bytes(build, 'int8', [6, 4]), scales(build, [4]), '', weight(build, 'bias', [4])];
      return [build.op('DynamicQuantizeMatMul', inputs, {}, { domain: 'com.microsoft' })];
    });
    // The runtime rounds the input to 8 bits.
    expect(operatorsOf(await expectSameNumbers(source, [dequantiseWeights], 0.02))).toEqual([
      'MatMul',
      'Add',
    ]);
  });
});

describe('dequantiseActivations', () => {
  it('leaves the bounds of quantised activations, through what moves integers', async () => {
    const source = networkOf({ x: [2, 3, 4] }, (build) => {
      const pair = [build.scalar('s', 0.005), bytes(build, 'uint8', [], 0)];
      const integers = build.op('QuantizeLinear', ['x', ...pair]);
      const turned = build.op('Transpose', [integers], { perm: [0, 2, 1] });
      return [
        build.op('MatMul', [build.op('DequantizeLinear', [turned, ...pair]), weight(build, 'w', [3, 2])]),
      ];
    });
    // Half a step of the integers, summed over three of them.
    const model = await expectSameNumbers(source, [dequantiseActivations], 0.03);
    expect(operatorsOf(model)).toEqual(['Clip', 'Transpose', 'Identity', 'MatMul']);
  });

  it('rounds weights that are quantised in the network', async () => {
    const source = networkOf({ x: [2, 3] }, (build) => {
      const pair = [build.scalar('s', 0.1), bytes(build, 'int8', [], 0)];
      const integers = build.op('QuantizeLinear', [weight(build, 'w', [3, 2]), ...pair]);
      return [build.op('MatMul', ['x', build.op('DequantizeLinear', [integers, ...pair])])];
    });
    expect(operatorsOf(await expectSameNumbers(source, [dequantiseActivations]))).toEqual([
      'Identity',
      'MatMul',
    ]);
  });

  it('leaves integers that something calculates with', () => {
    const source = networkOf({ x: [2, 3] }, (build) => {
      const pair = [build.scalar('s', 0.1), bytes(build, 'int8', [], 0)];
      const integers = build.op('QuantizeLinear', ['x', ...pair]);
      return [build.op('MatMulInteger', [integers, bytes(build, 'int8', [3, 2])])];
    });
    expect(dequantiseActivations(source)).toBe(0);
  });
});
