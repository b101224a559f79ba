import { expect, it } from 'vitest';
import { fc } from '../properties.fixture.ts';
import { webAssembly } from '../web-assembly.ts';
import { KernelModule } from './kernel-module.ts';

const memory = new webAssembly.Memory({ initial: 16 });
const module = new KernelModule(memory);
const data = 65536;

it('unfolding lays what a window sees of an image with a border of 128 into rows', () => {
  const small = fc.integer({ min: 1, max: 3 });
  const pad = fc.integer({ min: 0, max: 2 });
  const sizes = {
    channels: fc.integer({ min: 1, max: 9 }),
    lengths: fc.tuple(fc.integer({ min: 3, max: 19 }), fc.integer({ min: 3, max: 19 })),
    window: fc.tuple(small, small),
    strides: fc.tuple(small, small),
    pads: fc.tuple(pad, pad, pad, pad),
  };
  fc.assert(
    fc.property(fc.record(sizes), ({ channels, lengths: [height, width], window, strides, pads }) => {
      const images = 2;
      const pixel = 4 * Math.ceil(channels / 4);
      const along = (axis: 0 | 1, length: number) =>
        Math.floor((length + pads[axis] + pads[axis + 2]! - window[axis]) / strides[axis]) + 1;
      const [outHeight, outWidth] = [along(0, height), along(1, width)];
      const levels = Uint8Array.from(
        { length: images * channels * height * width },
        (_, i) => (i * 37) % 251,
      );
      const at = (image: number, c: number, y: number, x: number) =>
        c < channels && y >= 0 && y < height && x >= 0 && x < width
          ? levels[((image * channels + c) * height + y) * width + x]!
          : 128;
      const expected: number[] = [];
      for (let image = 0; image < images; image++)
        for (let y = 0; y < outHeight; y++)
          for (let x = 0; x < outWidth; x++)
            for (let j = 0; j < window[0]; j++)
              for (let i = 0; i < window[1]; i++)
                for (let c = 0; c < pixel; c++)
                  expected.push(at(image, c, y * strides[0] + j - pads[0], x * strides[1] + i - pads[1]));
      new Uint8Array(memory.buffer, data, levels.length).set(levels);
      const [padded, columns] = [2 * data, 3 * data];
      module.call('unfold', {
        levels: data,
        images,
        channels,
        height,
        width,
        windowHeight: window[0],
        windowWidth: window[1],
        strideY: strides[0],
        strideX: strides[1],
        top: pads[0],
        left: pads[1],
        outHeight,
        outWidth,
        padded,
        columns,
      });
      expect(new Uint8Array(memory.buffer, columns, expected.length)).toEqual(Uint8Array.from(expected));
    }),
  );
});

it('products of a convolution become running means with the channels in front', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 11 }), fc.integer({ min: 1, max: 11 }), (pixels, channels) => {
      const [images, steps] = [2, 3];
      const size = images * pixels * channels;
      const products = Int32Array.from({ length: steps * size }, (_, i) => ((i * 37) % 201) - 100);
      const constants = Float32Array.from({ length: 2 * channels }, (_, c) => c / 16 - 0.3);
      new Int32Array(memory.buffer, data, products.length).set(products);
      new Float32Array(memory.buffer, 2 * data, constants.length).set(constants);
      const biases = 2 * data + 4 * channels;
      module.call('accumulatePlanes', {
        products: data,
        stride: 4 * size,
        images,
        pixels,
        channels,
        steps,
        scales: 2 * data,
        biases,
        sums: 3 * data,
      });
      const got = new Float32Array(memory.buffer, data, products.length);
      const sums = new Float64Array(size);
      for (const [i, product] of products.entries()) {
        const [t, place] = [Math.floor(i / size), i % size];
        const [image, pixel, c] = [
          Math.floor(place / (pixels * channels)),
          Math.floor(place / channels) % pixels,
          place % channels,
        ];
        sums[place]! += product;
        const mean = (constants[c]! * sums[place]!) / (t + 1) + constants[channels + c]!;
        expect(got[t * size + (image * channels + c) * pixels + pixel]).toBeCloseTo(mean, 4);
      }
    }),
  );
});
