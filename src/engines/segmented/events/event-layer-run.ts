import type { CallRecords } from '../../../kernels/kernel-exports.ts';
import type { KernelModule } from '../../../kernels/kernel-module.ts';
import type { RunEventLayer } from '../action.ts';
import type { Place } from '../layout.ts';
import { type EventTerm, paddedChannels, pixelOf, shortcutOf } from './event-layer.ts';
import { type EventConstants, type EventScratch, eventConstants, eventScratch } from './event-memory.ts';
import { isSwept, packWeights } from './pack-weights.ts';

/** Where the values lie that a layer reads and writes. */
export interface EventPlaces {
  readonly place: (value: string) => Place;
  /** Addresses of the constants and of the scratch memory. */
  readonly constants: number;
  readonly scratch: number;
  /** Four int32 for each step. */
  readonly counters: number;
}

type Mutable<R> = { -readonly [K in keyof R]: R[K] };

/** One kernel call of a step; `spikes` changes from step to step. */
interface Integration {
  readonly function: 'integrateEvents' | 'integrateIntegerEvents' | 'sweepEvents' | 'sweepIntegerEvents';
  readonly from: Place;
  readonly record: Mutable<CallRecords['sweepEvents']>;
}

/** Which kernel integrates. */
const functions = {
  swept: { float: 'sweepEvents', integer: 'sweepIntegerEvents' },
  scattered: { float: 'integrateEvents', integer: 'integrateIntegerEvents' },
} as const;

/** Bytes of a float32. */
const float = 4;

/** An event-driven layer and the memory it works on. Made once for a batch size, run often. */
export class EventLayerRun {
  readonly #action: RunEventLayer;
  readonly #module: KernelModule;
  readonly #buffer: ArrayBuffer;
  readonly #places: EventPlaces;
  readonly #steps: number;
  readonly #constants: EventConstants;
  readonly #scratch: EventScratch;
  /** What is integrated before each firing; all but the last one are folded into the potentials in between. */
  readonly #parts: readonly (readonly Integration[])[];
  readonly #fire: Mutable<CallRecords['fireEvents']>;
  readonly #own: Place;

  constructor(
    action: RunEventLayer,
    { module, buffer }: { module: KernelModule; buffer: ArrayBuffer },
    places: EventPlaces,
    steps: number,
  ) {
    const { layer, integer } = action;
    this.#action = action;
    this.#module = module;
    this.#buffer = buffer;
    this.#places = places;
    this.#steps = steps;
    this.#own = places.place(layer.events);
    this.#constants = eventConstants(layer, integer);
    this.#scratch = eventScratch(layer, integer, this.#placesOfImage, this.#widths);
    this.#writeConstants();
    this.#fire = this.#fireRecord();
    this.#parts = this.#integrations();
  }

  /** Makes the spikes of all steps from the spikes of all steps. The spikes are added to the counters. */
  execute(): void {
    const { layer, decoded, spikes } = this.#action;
    const [images = 1] = this.#own.shape.dims;
    const bytes = this.#steps * images * imageBytes(this.#own);
    new Uint8Array(this.#buffer, this.#own.address, bytes).fill(0);
    for (let image = 0; image < images; image++) {
      this.#begin(image);
      for (let step = 0; step < this.#steps; step++) this.#step(image, step);
      if (decoded !== undefined || spikes !== undefined) this.#expand(image, layer.channels);
    }
  }

  get #row(): number {
    return paddedChannels(this.#action.layer.channels);
  }

  get #placesOfImage(): number {
    const [, height = 1, width = 1] = this.#own.shape.dims;
    return height * width;
  }

  get #shortcut(): EventTerm | undefined {
    return shortcutOf(this.#action.layer);
  }

  /** Lengths of the rows of places that the terms read. */
  get #widths(): number[] {
    return this.#action.layer.terms.map(({ events }) => this.#places.place(events).shape.dims[2]!);
  }

  /** Address of one of the tables by channel. */
  #table(number: number): number {
    return this.#places.constants + this.#constants.tables + number * float * this.#row;
  }

  #writeConstants(): void {
    const { layer, integer } = this.#action;
    const { terms, biases, thresholds, initialPotentials, amplitudes } = layer;
    for (const [i, term] of terms.entries()) {
      const address = this.#places.constants + this.#constants.weights[i]!;
      const whole = integer?.weights.get(term);
      const length = this.#lengthOf(i, whole ? 2 : float);
      const to = whole
        ? new Int16Array(this.#buffer, address, length)
        : new Float32Array(this.#buffer, address, length);
      packWeights(term, whole ?? term.weights, to);
    }
    const shortcut = this.#shortcut?.weights.filter((_, i) => i % (layer.channels + 1) === 0);
    const tables = [integer?.scales, biases, thresholds, initialPotentials, amplitudes, shortcut];
    for (const [i, table] of tables.entries()) {
      // Neurons that only fill up never reach their threshold.
      const numbers = new Float32Array(this.#buffer, this.#table(i), this.#row);
      numbers.fill(table === thresholds ? Number.POSITIVE_INFINITY : 0).set(table ?? []);
    }
  }

  /** Numbers of the packed weights of a term. */
  #lengthOf(term: number, bytes: number): number {
    const { weights, tables } = this.#constants;
    return ((weights[term + 1] ?? tables) - weights[term]!) / bytes;
  }

  #fireRecord(): Mutable<CallRecords['fireEvents']> {
    const { scratch, counters } = this.#places;
    const { layer, integer } = this.#action;
    return {
      potentials: scratch + this.#scratch.potentials,
      sums: integer ? scratch + this.#scratch.sums : 0,
      places: this.#placesOfImage,
      groups: this.#row / 8,
      scales: this.#table(0),
      biases: this.#table(1),
      thresholds: this.#table(2),
      currents: layer.current === undefined ? 0 : scratch + this.#scratch.currents,
      shortcut: 0,
      amplitudes: this.#table(5),
      spikes: 0,
      pixel: pixelOf(layer.channels),
      counter: counters,
    };
  }

  #integrations(): Integration[][] {
    const { layer, integer } = this.#action;
    const inFloat = layer.terms
      .filter((term) => !integer?.weights.has(term) && term !== this.#shortcut)
      .map((term) => this.#integration(term, 0, Math.ceil(term.channels / 32)));
    const whole = integer?.parts ?? [[]];
    const parts = whole.map((part) =>
      part.map(({ term, first, end }) => this.#integration(term, first, end)),
    );
    return parts.map((part, i) => (i === 0 ? [...inFloat, ...part] : part));
  }

  #integration(term: EventTerm, firstWord: number, endWord: number): Integration {
    const { layer, integer } = this.#action;
    const from = this.#places.place(term.events);
    const [, height, width, pixel] = from.shape.dims as [number, number, number, number];
    const [, outHeight, outWidth] = this.#own.shape.dims as [number, number, number, number];
    const whole = integer?.weights.has(term) === true;
    const { scratch, constants } = this.#places;
    const { potentials, sums, lists } = this.#scratch;
    const { window } = term;
    return {
      function: functions[isSwept(window) ? 'swept' : 'scattered'][whole ? 'integer' : 'float'],
      from,
      record: {
        spikes: 0,
        pixel,
        firstWord,
        endWord,
        channels: term.channels,
        height,
        width,
        windowHeight: window.lengths[0],
        windowWidth: window.lengths[1],
        strideY: window.strides[0],
        strideX: window.strides[1],
        top: window.pads[0],
        left: window.pads[1],
        outHeight,
        outWidth,
        row: (whole ? 2 : float) * this.#row,
        weights: constants + this.#constants.weights[layer.terms.indexOf(term)]!,
        sums: scratch + (whole ? sums : potentials),
        lists: scratch + lists,
      },
    };
  }

  /** Everything as it is before step 1. */
  #begin(image: number): void {
    const neurons = this.#placesOfImage * this.#row;
    const initial = new Float32Array(this.#buffer, this.#table(3), this.#row);
    const potentials = new Float32Array(this.#buffer, this.#fire.potentials, neurons);
    for (let at = 0; at < neurons; at += this.#row) potentials.set(initial, at);
    if (this.#fire.sums) new Int16Array(this.#buffer, this.#fire.sums, neurons).fill(0);
    const { channels, current } = this.#action.layer;
    if (current === undefined) return;
    const planes = this.#places.place(current).address + image * float * channels * this.#placesOfImage;
    this.#module.functions.planesToRows(
      planes,
      channels,
      this.#placesOfImage,
      this.#fire.currents,
      this.#row,
    );
  }

  #step(image: number, step: number): void {
    const fire = this.#fire;
    const shortcut = this.#shortcut && this.#places.place(this.#shortcut.events);
    if (shortcut) fire.shortcut = spikesAt(shortcut, image, step);
    for (const [i, part] of this.#parts.entries()) {
      for (const { function: name, from, record } of part) {
        record.spikes = spikesAt(from, image, step);
        this.#module.call(name, record);
      }
      const isLast = i === this.#parts.length - 1;
      fire.spikes = isLast ? spikesAt(this.#own, image, step) : 0;
      fire.counter = this.#places.counters + 16 * step;
      this.#module.call('fireEvents', fire);
    }
  }

  /** Writes the spikes as numbers, for what reads those. */
  #expand(image: number, channels: number): void {
    const { decoded, spikes } = this.#action;
    const places = this.#placesOfImage;
    const size = float * channels * places;
    const addressOf = (value: string | undefined) =>
      value === undefined ? 0 : this.#places.place(value).address + image * size;
    const [images = 1] = this.#own.shape.dims;
    this.#module.call('expandEvents', {
      events: this.#own.address + image * imageBytes(this.#own),
      eventStride: this.#own.stride,
      pixel: pixelOf(channels),
      places,
      channels,
      steps: this.#steps,
      amplitudes: this.#table(4),
      emitted: this.#places.scratch + this.#scratch.emitted,
      decoded: addressOf(decoded),
      spikes: addressOf(spikes),
      stride: images * size,
    });
  }
}

/** Address of the spikes of an image at one step. */
function spikesAt(place: Place, image: number, step: number): number {
  return place.address + step * place.stride + image * imageBytes(place);
}

/** Bytes of the spikes of an image at one step. */
function imageBytes({ shape }: Place): number {
  return shape.dims.slice(1).reduce((product, length) => product * length, 1);
}
