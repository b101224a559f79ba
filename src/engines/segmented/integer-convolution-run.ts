import type { KernelModule } from '../../kernels/kernel-module.ts';
import type { RuntimeTensor } from '../../sessions/runtime.ts';
import type { RunIntegerConvolution } from './action.ts';
import { type ConvolutionScratch, convolutionScratch } from './convolution-scratch.ts';
import type { Place } from './layout.ts';
import { viewTensor } from './step-shape.ts';

/** A convolution on 8-bit synapses and the memory it works on. Made once for a batch size, run often. */
export class IntegerConvolutionRun {
  readonly #action: RunIntegerConvolution;
  readonly #module: KernelModule;
  readonly #places: readonly [input: Place, output: Place];
  readonly #steps: number;
  readonly #start: number;
  readonly #scratch: ConvolutionScratch;
  readonly #constants: Float32Array;
  readonly #calls: readonly Call[];

  /** @param start address of the scratch memory */
  constructor(
    action: RunIntegerConvolution,
    { module, buffer, scratch: start }: { module: KernelModule; buffer: ArrayBuffer; scratch: number },
    places: readonly [input: Place, output: Place],
    steps: number,
  ) {
    const [input, output] = places;
    const images = steps * input.shape.dims[0]!;
    this.#action = action;
    this.#module = module;
    this.#places = places;
    this.#steps = steps;
    this.#start = start;
    this.#scratch = convolutionScratch(action, images, input.shape.dims, output.shape.dims);
    this.#constants = new Float32Array(buffer, start, 2 * action.scales.length);
    this.#calls = this.#makeCalls(buffer, images);
  }

  /** Makes the running means of all steps from the levels of all steps. */
  async execute(): Promise<void> {
    const { session, window, scales, biases } = this.#action;
    const [input, output] = this.#places;
    const [batch, channels, height, width] = input.shape.dims as [number, number, number, number];
    const [, outputs, outHeight, outWidth] = output.shape.dims as [number, number, number, number];
    const [top, left] = window.pads;
    const [windowHeight, windowWidth] = window.lengths;
    const [strideY, strideX] = window.strides;
    const { sums, padded, columns } = this.#scratch;
    for (const { first, count, levels, product } of this.#calls) {
      this.#module.call('unfold', {
        levels: input.address + first * channels * height * width,
        images: count,
        channels,
        height,
        width,
        windowHeight,
        windowWidth,
        strideY,
        strideX,
        top,
        left,
        outHeight,
        outWidth,
        padded: this.#start + padded,
        columns: this.#start + columns,
      });
      await session.runTensors({ levels }, { product });
    }
    this.#constants.set(scales);
    this.#constants.set(biases, outputs);
    this.#module.call('accumulatePlanes', {
      products: output.address,
      stride: output.stride,
      images: batch,
      pixels: outHeight * outWidth,
      channels: outputs,
      steps: this.#steps,
      scales: this.#start,
      biases: this.#start + 4 * outputs,
      sums: this.#start + sums,
    });
  }

  /** The images of all steps lie one after the other: to a product they are one batch. */
  #makeCalls(buffer: ArrayBuffer, images: number): Call[] {
    const { address, shape } = this.#places[1];
    const [, outputs, height, width] = shape.dims as [number, number, number, number];
    const { together, inputs, columns } = this.#scratch;
    const pixels = height * width;
    return Array.from({ length: Math.ceil(images / together) }, (_, i) => {
      const first = i * together;
      const count = Math.min(together, images - first);
      const rows = count * pixels;
      return {
        first,
        count,
        levels: viewTensor(buffer, this.#start + columns, 'uint8', [rows, inputs]),
        product: viewTensor(buffer, address + 4 * first * outputs * pixels, 'int32', [rows, outputs]),
      };
    });
  }
}

/** Some images that are unfolded and multiplied at once. */
interface Call {
  readonly first: number;
  readonly count: number;
  readonly levels: RuntimeTensor;
  readonly product: RuntimeTensor;
}
