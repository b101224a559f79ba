import { sizeOf } from '../../graph/shape.ts';
import type { KernelModule } from '../../kernels/kernel-module.ts';
import type { RuntimeTensor } from '../../sessions/runtime.ts';
import type { RunIntegerProduct } from './action.ts';
import type { Place } from './layout.ts';
import { productScratch } from './product-scratch.ts';
import { viewTensor } from './step-shape.ts';

/** A linear operator on 8-bit synapses and the memory it works on. Made once for a batch size, run often. */
export class IntegerProductRun {
  readonly #action: RunIntegerProduct;
  readonly #module: KernelModule;
  readonly #input: Place;
  readonly #output: Place;
  readonly #steps: number;
  readonly #scratch: number;
  readonly #constants: Float32Array;
  readonly #calls: readonly { readonly levels: RuntimeTensor; readonly product: RuntimeTensor }[];

  /**
   * @param scratch address of the scratch memory
   * @param calls which steps are multiplied at once
   */
  constructor(
    action: RunIntegerProduct,
    { module, buffer, scratch }: { module: KernelModule; buffer: ArrayBuffer; scratch: number },
    [input, output]: readonly [input: Place, output: Place],
    calls: readonly { readonly step: number; readonly count: number }[],
  ) {
    const steps = calls.reduce((sum, { count }) => sum + count, 0);
    this.#action = action;
    this.#module = module;
    this.#input = input;
    this.#output = output;
    this.#steps = steps;
    this.#scratch = scratch + productScratch(action, output.shape, steps).products;
    this.#constants = new Float32Array(buffer, scratch, 2 * action.scales.length);
    this.#calls = calls.map(({ step, count }) => this.#makeCall(buffer, step, count));
  }

  /** Makes the running means of all steps from the levels of all steps. */
  async execute(): Promise<void> {
    const { session, scales, biases, arrangement } = this.#action;
    for (const { levels, product } of this.#calls) await session.runTensors({ levels }, { product });
    this.#constants.set(scales);
    this.#constants.set(biases, scales.length);
    if (arrangement?.kind === 'by-head') this.#accumulateByHead(arrangement);
    else if (arrangement) this.#accumulateByChannel(arrangement.places);
    else this.#accumulate();
  }

  #makeCall(buffer: ArrayBuffer, step: number, count: number) {
    const { address, stride, shape } = this.#input;
    const dims = [count * shape.dims[0]!, ...shape.dims.slice(1)];
    const products = this.#action.arrangement?.kind === 'by-head' ? this.#scratch : this.#output.address;
    const at = products + step * this.#stride;
    return {
      levels: viewTensor(buffer, address + step * stride, 'uint8', dims),
      product: viewTensor(buffer, at, 'int32', [...dims.slice(0, -1), this.#channels]),
    };
  }

  get #channels(): number {
    return this.#action.scales.length;
  }

  /** Bytes of the outputs of a step. */
  get #stride(): number {
    return 4 * sizeOf(this.#output.shape.dims);
  }

  get #images(): number {
    return this.#output.shape.dims[0]!;
  }

  /** In place. */
  #accumulate(): void {
    const { address, shape } = this.#output;
    const channels = this.#channels;
    const row = 4 * channels;
    const [scales, biases] = this.#constantsOf(0);
    this.#module.call('accumulate', {
      products: address,
      stride: this.#stride,
      row,
      means: address,
      meansStride: this.#stride,
      meansRow: row,
      rows: sizeOf(shape.dims) / channels,
      channels,
      steps: this.#steps,
      scales,
      biases,
    });
  }

  /** [images, places, heads, width] in the scratch memory becomes [images, heads, places, width]. */
  #accumulateByHead({ places, heads }: { readonly places: number; readonly heads: number }): void {
    const width = this.#channels / heads;
    for (let image = 0; image < this.#images; image++) {
      const start = image * 4 * places * this.#channels;
      for (let head = 0; head < heads; head++) {
        const [scales, biases] = this.#constantsOf(head * width);
        this.#module.call('accumulate', {
          products: this.#scratch + start + head * 4 * width,
          stride: this.#stride,
          row: 4 * this.#channels,
          means: this.#output.address + start + head * 4 * places * width,
          meansStride: this.#stride,
          meansRow: 4 * width,
          rows: places,
          channels: width,
          steps: this.#steps,
          scales,
          biases,
        });
      }
    }
  }

  /** [images, places, heads · width] becomes [images, heads · width, places], in place. */
  #accumulateByChannel(places: number): void {
    const [scales, biases] = this.#constantsOf(0);
    this.#module.call('accumulatePlanes', {
      products: this.#output.address,
      stride: this.#stride,
      images: this.#images,
      pixels: places,
      channels: this.#channels,
      steps: this.#steps,
      scales,
      biases,
      sums: this.#scratch,
    });
  }

  /** Addresses of the scales and the biases of the channels from one on. */
  #constantsOf(channel: number): [scales: number, biases: number] {
    const start = this.#constants.byteOffset + 4 * channel;
    return [start, start + 4 * this.#channels];
  }
}
