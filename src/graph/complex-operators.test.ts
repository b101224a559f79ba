import { describe, expect, it } from 'vitest';
import { evaluateModel } from '../interpreter/evaluate-model.ts';
import { type NdArray, ndArray } from '../interpreter/nd-array.ts';
import { Random } from '../random.ts';
import { OrtSession } from '../sessions/ort-session.ts';
import {
  addComplex,
  type ComplexOperator,
  carryComplexOperators,
  complexOperators,
} from './complex-operators.ts';
import { Graph } from './graph.ts';
import { GraphBuilder } from './graph-builder.ts';
import { Model } from './model.ts';
import type { AttributeInputs } from './node.ts';

/** What an operator makes of its inputs in float64, after ONNX Runtime has agreed. */
async function results(
  operator: ComplexOperator,
  inputs: Record<string, NdArray>,
  attributes: AttributeInputs = {},
): Promise<NdArray> {
  const graph = new Graph('complex');
  for (const [name, { shape }] of Object.entries(inputs)) {
    graph.addInput({ name, dataType: 'float32', shape: [...shape] });
  }
  const y = addComplex(new GraphBuilder(graph), operator, Object.keys(inputs), attributes, { name: 'y' });
  graph.addOutput({ name: y, dataType: 'float32', shape: undefined });
  const model = new Model(graph, 17);
  carryComplexOperators(model);
  const exact = evaluateModel(model, inputs).get('y')!;
  const session = await OrtSession.create(model);
  const feeds = Object.entries(inputs).map(
    ([name, { shape, data }]) => [name, { shape: [...shape], data: Float32Array.from(data) }] as const,
  );
  const { data } = (await session.run(new Map(feeds))).get('y')!;
  await session.release();
  for (const [i, value] of exact.data.entries()) expect(data[i]).toBeCloseTo(value, 4);
  return exact;
}

function random(shape: number[], seed: number): NdArray {
  const draw = new Random(seed);
  const size = shape.reduce((a, b) => a * b, 1);
  return ndArray(
    shape,
    Float64Array.from({ length: size }, () => Math.fround(draw.normal())),
  );
}

describe('complex operators', () => {
  it('convolve with a complex kernel over several channels, padded with zeros', async () => {
    const [x, kernel] = [random([2, 4, 5], 1), random([2, 3, 2, 3], 2)];
    const { shape, data } = await results(complexOperators.convolution, { x, kernel }, { pads: [1, 1] });
    expect(shape).toEqual([2, 6, 5]);
    const at = (n: number, part: number, c: number, i: number) =>
      i < 0 || i >= 5 ? 0 : x.data[(n * 4 + part * 2 + c) * 5 + i]!;
    const tap = (part: number, f: number, c: number, k: number) =>
      kernel.data[((part * 3 + f) * 2 + c) * 3 + k]!;
    for (const n of [0, 1]) {
      for (let f = 0; f < 3; f++) {
        for (let i = 0; i < 5; i++) {
          let [re, im] = [0, 0];
          for (const c of [0, 1]) {
            for (let k = 0; k < 3; k++) {
              const [a, b, p, q] = [
                at(n, 0, c, i + k - 1),
                at(n, 1, c, i + k - 1),
                tap(0, f, c, k),
                tap(1, f, c, k),
              ];
              re += a * p - b * q;
              im += a * q + b * p;
            }
          }
          expect(data[(n * 6 + f) * 5 + i]).toBeCloseTo(re, 12);
          expect(data[(n * 6 + 3 + f) * 5 + i]).toBeCloseTo(im, 12);
        }
      }
    }
  });

  it('convolve planes: a kernel of one tap is a complex product', async () => {
    const [x, kernel] = [random([1, 2, 2, 3], 3), ndArray([2, 1, 1, 1, 1], Float64Array.of(0.5, -2))];
    const { data } = await results(complexOperators.convolution, { x, kernel }, { pads: [0, 0, 0, 0] });
    for (let i = 0; i < 6; i++) {
      expect(data[i]).toBeCloseTo(0.5 * x.data[i]! + 2 * x.data[6 + i]!, 12);
      expect(data[6 + i]).toBeCloseTo(0.5 * x.data[6 + i]! - 2 * x.data[i]!, 12);
    }
  });

  it('multiply rows with a complex matrix', async () => {
    const [x, matrix] = [random([3, 4], 4), random([2, 3, 2], 5)];
    const { shape, data } = await results(complexOperators.product, { x, matrix });
    expect(shape).toEqual([3, 6]);
    const [row, f] = [2, 1];
    let [re, im] = [0, 0];
    for (const c of [0, 1]) {
      const [a, b] = [x.data[row * 4 + c]!, x.data[row * 4 + 2 + c]!];
      const [p, q] = [matrix.data[f * 2 + c]!, matrix.data[6 + f * 2 + c]!];
      re += a * p - b * q;
      im += a * q + b * p;
    }
    expect([data[row * 6 + f], data[row * 6 + 3 + f]]).toEqual([
      expect.closeTo(re, 12),
      expect.closeTo(im, 12),
    ]);
  });

  it('take magnitudes, and shrink them with phases as they are', async () => {
    const x = ndArray([1, 2, 3], Float64Array.of(3, 0.3, 0, 4, 0.4, 0));
    const sizes = await results(complexOperators.magnitude, { x });
    expect([sizes.shape, [...sizes.data]]).toEqual([
      [1, 1, 3],
      [expect.closeTo(5, 12), expect.closeTo(0.5, 12), expect.closeTo(0, 12)],
    ]);
    const threshold = ndArray([], Float64Array.of(1));
    const { data } = await results(complexOperators.shrinkage, { x, threshold });
    expect([...data]).toEqual([expect.closeTo(2.4, 12), 0, 0, expect.closeTo(3.2, 12), 0, 0]);
    const nothing = ndArray([], Float64Array.of(0));
    expect([...(await results(complexOperators.shrinkage, { x, threshold: nothing })).data]).toEqual([
      ...x.data,
    ]);
  });
});
