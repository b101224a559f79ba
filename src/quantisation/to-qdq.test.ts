import { expect, it } from 'vitest';
import type { Model } from '../graph/model.ts';
import { Tensor } from '../graph/tensor.ts';
import { networkOf, numbers, operatorsOf } from '../passes/compare-in-runtime.fixture.ts';
import { runPasses } from '../passes/run-passes.ts';
import { standardForm } from '../passes/standard-form.ts';
import { quantise } from '../quantisers/quantiser.ts';
import { dequantise, quantiseWeights } from '../quantisers/weight-quantiser.ts';
import { OrtSession } from '../sessions/ort-session.ts';
import { toQdq } from './to-qdq.ts';

const weights = Tensor.float32([4, 3], numbers(12, 5));
const input = { shape: [5, 3], data: Float32Array.from(numbers(15, 1)) };

function network(): Model {
  return networkOf({ x: [5, 3] }, (build) => {
    const drive = build.op('Gemm', ['x', build.constant('w', weights)], { transB: 1 });
    const hidden = build.op('Relu', [drive], {}, { name: 'hidden' });
    return [build.op('Mul', [hidden, build.scalar('two', 2)], {}, { name: 'y' })];
  });
}

const quantiser = { bits: 2, scale: 0.3, zeroPoint: 0 };

it('toQdq writes weights as codes by channel and rounds activations to the levels of their bits', async () => {
  const codes = quantiseWeights(weights, 0, 4);
  const model = toQdq(network(), {
    weights: new Map([['w', codes]]),
    activations: new Map([['hidden', quantiser]]),
  });
  expect(operatorsOf(model)).toEqual([
    'DequantizeLinear',
    'Gemm',
    'Relu',
    'Clip',
    'QuantizeLinear',
    'DequantizeLinear',
    'Mul',
  ]);
  const session = await OrtSession.create(model, { optimise: 'none' });
  const outputs = await session.run(input).finally(() => session.release());
  const read = dequantise(codes).toFloat32();
  const expected = Array.from({ length: 20 }, (_, i) => {
    const [row, column] = [Math.floor(i / 4), i % 4];
    const drive = [0, 1, 2].reduce((sum, k) => sum + input.data[3 * row + k]! * read[3 * column + k]!, 0);
    return 2 * quantise(Math.max(drive, 0), quantiser);
  });
  const found = [...outputs.get('y')!.data];
  for (const [i, value] of expected.entries()) expect(found[i]).toBeCloseTo(value, 5);
  expect(new Set(found.map((value) => Math.round(value / 0.6))).size).toBeGreaterThan(2);
});

it('toQdq is read by the product as it is written: scales are kept, and bounds of few bits', () => {
  const model = toQdq(network(), { weights: new Map(), activations: new Map([['hidden', quantiser]]) });
  const { model: opened } = runPasses(model, standardForm);
  expect(JSON.parse(opened.metadata.get('transpike.scales')!)).toEqual({
    'hidden.quantised.clip': { scale: Math.fround(0.3), lowest: 0, highest: 3 },
  });
});

it('toQdq names values that the network does not have, and operators that are too old', () => {
  const parts = { weights: new Map(), activations: new Map([['nowhere', quantiser]]) };
  expect(() => toQdq(network(), parts)).toThrow(
    "QDQ form of 'net': expected values of the network, got 'nowhere'. Quantise weights and activations that the network has.",
  );
  const old = networkOf({ x: [1] }, (build) => [build.op('Relu', ['x'])], 11);
  expect(() => toQdq(old, { weights: new Map(), activations: new Map() })).toThrow(
    "QDQ form of 'net': expected operators of opset 13 or newer, got opset 11. Export the network with a newer opset.",
  );
});
