import { describe, expect, it } from 'vitest';
import { sizeOf } from '../../graph/shape.ts';
import { Tensor } from '../../graph/tensor.ts';
import { broadcastTo, fromTensor } from '../../interpreter/nd-array.ts';
import { fc } from '../../properties.fixture.ts';
import { parameterRuns } from './parameter-runs.ts';

describe('parameterRuns', () => {
  it('gives every neuron the parameters that broadcasting gives it, each neuron once', () => {
    const lengths = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 });
    const cases = lengths.chain((dims) =>
      fc.record({
        dims: fc.constant(dims),
        shapes: fc.tuple(...[0, 1].map(() => fc.tuple(...dims.map((length) => fc.constantFrom(1, length))))),
        seed: fc.nat(),
      }),
    );
    fc.assert(
      fc.property(cases, ({ dims, shapes, seed }) => {
        const [a, b] = shapes.map((shape, k) => {
          const size = sizeOf(shape);
          return Tensor.float64(
            shape,
            Array.from({ length: size }, (_, i) => ((i + seed) * (k + 3)) % 3),
          );
        });
        const full = [a!, b!].map((tensor) => broadcastTo(fromTensor(tensor), dims).data);
        let next = 0;
        for (const { start, count, parameters } of parameterRuns({ a: a!, b: b! }, dims)) {
          expect(start).toBe(next);
          next += count;
          for (let i = start; i < next; i++) expect(parameters).toEqual({ a: full[0]![i], b: full[1]![i] });
        }
        expect(next).toBe(sizeOf(dims));
      }),
    );
  });

  it('joins neighbours that are alike', () => {
    const thresholds = Tensor.float64([1, 4, 1], [2, 1, 1, 1]);
    expect(parameterRuns({ thresholds }, [2, 4, 3])).toEqual([
      { start: 0, count: 3, parameters: { thresholds: 2 } },
      { start: 3, count: 9, parameters: { thresholds: 1 } },
      { start: 12, count: 3, parameters: { thresholds: 2 } },
      { start: 15, count: 9, parameters: { thresholds: 1 } },
    ]);
  });
});
