import { describe, expect, it } from 'vitest';
import { fc } from '../properties.fixture.ts';
import { webAssembly } from '../web-assembly.ts';
import { KernelModule } from './kernel-module.ts';

const memory = new webAssembly.Memory({ initial: 16 });
const module = new KernelModule(memory);
const data = 65536;

describe('counting kernels', () => {
  it('count the non-zero elements of rows and columns of any size', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9 }),
        fc.integer({ min: 1, max: 21 }),
        fc.nat(),
        (rows, columns, seed) => {
          const matrix = Float32Array.from({ length: rows * columns }, (_, i) => ((i * 7 + seed) % 3) - 1);
          new Float32Array(memory.buffer, data, matrix.length).set(matrix);
          const out = data + 4096;
          const isSet = (row: number, column: number) => Number(matrix[row * columns + column] !== 0);
          const [row, column] = [[...Array(rows).keys()], [...Array(columns).keys()]];
          module.functions.countRows(data, rows, columns, out);
          expect([...new Int32Array(memory.buffer, out, rows)]).toEqual(
            row.map((r) => column.reduce((sum, c) => sum + isSet(r, c), 0)),
          );
          module.functions.countColumns(data, rows, columns, out);
          expect([...new Int32Array(memory.buffer, out, columns)]).toEqual(
            column.map((c) => row.reduce((sum, r) => sum + isSet(r, c), 0)),
          );
        },
      ),
    );
  });

  it.each([
    ['in place', 23, 0],
    ['at another place with other strides', 8, 65536],
  ])('turn sums of products into running means, %s', (_, width, offset) => {
    const [rows, channels, steps] = [3, 23, 4];
    const [row, stride] = [4 * channels, 4 * rows * channels];
    const products = Int32Array.from({ length: steps * rows * channels }, (_, i) => ((i * 37) % 201) - 100);
    const scales = Float32Array.from({ length: channels }, (_, c) => 0.1 + c / 16);
    const biases = Float32Array.from({ length: channels }, (_, c) => c - 3);
    new Int32Array(memory.buffer, data, products.length).set(products);
    const constants = new Float32Array(memory.buffer, data + 8192, 2 * channels);
    constants.set(scales);
    constants.set(biases, channels);
    const at = constants.byteOffset;
    const [meansStride, meansRow] = offset === 0 ? [stride, row] : [4 * rows * width, 4 * width];
    module.call('accumulate', {
      products: data,
      stride,
      row,
      means: data + offset,
      meansStride,
      meansRow,
      rows,
      channels: width,
      steps,
      scales: at,
      biases: at + 4 * channels,
    });
    const got = new Float32Array(memory.buffer, data + offset, steps * rows * width);
    const sums = new Float64Array(rows * width);
    for (const [i, value] of got.entries()) {
      const [place, t] = [i % sums.length, Math.floor(i / sums.length) + 1];
      const [r, c] = [Math.floor(place / width), place % width];
      sums[place]! += products[((t - 1) * rows + r) * channels + c]!;
      expect(value).toBeCloseTo((scales[c]! * sums[place]!) / t + biases[c]!, 4);
    }
  });
});
