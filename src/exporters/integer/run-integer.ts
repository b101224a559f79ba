import { lookUp } from '../../look-up.ts';
import {
  asMaps,
  type IntegerNetwork,
  type IntegerNode,
  type IntegerPool,
  type IntegerPopulation,
  type IntegerSynapses,
} from './integer-network.ts';
import { largestInput } from './quantise-circuit.ts';

/** What an integer network gave for one sample. */
export interface IntegerRun {
  /** Sums over the steps up to each, by output: [T, …] whole numbers; times the output's unit, over t, they are the running means. */
  readonly outputs: ReadonlyMap<string, Int32Array>;
  /** Spikes by population, [T, height, width, channels]: 0 or 1. */
  readonly spikes: ReadonlyMap<string, Uint8Array>;
  /** How often a potential had no room in its accumulator. */
  readonly overflows: number;
}

/**
 * Runs integer networks bit for bit as a chip with whole weights, accumulators of so many bits and whole thresholds does: all that arrives in
 * a step is added up, the sum is added to the potential, which saturates or wraps; a potential that reaches the threshold sends
 * one spike and is lowered by it.
 */
export class IntegerTwin {
  readonly #network: IntegerNetwork;
  readonly #states: ReadonlyMap<string, PopulationState>;

  constructor(network: IntegerNetwork) {
    this.#network = network;
    this.#states = new Map(
      network.nodes.flatMap((node) =>
        isPopulation(node) ? [[node.name, new PopulationState(node)] as const] : [],
      ),
    );
  }

  /** @param input what arrives by input: whole numbers [channels, height, width], with a leading T where it is over time */
  run(input: ReadonlyMap<string, Int32Array>): IntegerRun {
    const { nodes, steps, format } = this.#network;
    for (const state of this.#states.values()) state.reset(steps);
    const values = new Map<string, Int32Array>();
    const constant = new Set<string>();
    let overflows = 0;
    for (let t = 0; t < steps; t++) {
      for (const node of nodes) {
        if (node.kind === 'input') {
          if (!node.overTime) constant.add(node.name);
          if (t === 0 || node.overTime)
            values.set(node.name, placesFirst(lookUp(input, node.name, 'input'), node, t));
        } else if (node.kind === 'sum-pool') {
          values.set(node.name, sumPool(node, lookUp(values, node.from, 'value')));
        } else {
          const state = lookUp(this.#states, node.name, 'population');
          overflows += state.step(t, values, constant, format);
          values.set(node.name, state.sent);
        }
      }
    }
    const all = [...this.#states.values()];
    return {
      outputs: new Map(
        all.filter(({ node }) => node.kind === 'output').map(({ node, sums }) => [node.name, sums]),
      ),
      spikes: new Map(
        all.filter(({ node }) => node.kind === 'population').map(({ node, train }) => [node.name, train]),
      ),
      overflows,
    };
  }
}

function isPopulation(node: IntegerNode): node is IntegerPopulation {
  return node.kind === 'population' || node.kind === 'output';
}

/** Numbers as whole ones, x ≈ scale · q. */
export function wholeInput(data: ArrayLike<number>, scale: number): Int32Array {
  return Int32Array.from(data, (value) =>
    Math.max(-largestInput, Math.min(largestInput, Math.round(value / scale))),
  );
}

class PopulationState {
  readonly node: IntegerPopulation;
  readonly #potential: Int32Array;
  readonly #arriving: Float64Array;
  /** What inputs that stay the same add in every step. */
  #constant: Float64Array | undefined;
  sent: Int32Array;
  train = new Uint8Array(0);
  sums = new Int32Array(0);

  constructor(node: IntegerPopulation) {
    this.node = node;
    const size = node.shape.reduce((product, length) => product * length, 1);
    this.#potential = new Int32Array(size);
    this.#arriving = new Float64Array(size);
    this.sent = new Int32Array(size);
  }

  reset(steps: number): void {
    const size = this.#potential.length;
    if (this.node.kind === 'population') this.#potential.set(this.node.initialPotential);
    else this.#potential.fill(0);
    this.#constant = undefined;
    this.train = new Uint8Array(this.node.kind === 'population' ? steps * size : 0);
    this.sums = new Int32Array(this.node.kind === 'output' ? steps * size : 0);
  }

  /** @returns how many potentials had no room */
  step(
    t: number,
    values: ReadonlyMap<string, Int32Array>,
    constant: ReadonlySet<string>,
    { accumulatorBits, overflow }: IntegerNetwork['format'],
  ): number {
    const { bias, synapses, threshold, kind } = this.node;
    const [arriving, potential] = [this.#arriving, this.#potential];
    this.#constant ??= this.#always(values, constant);
    arriving.set(this.#constant);
    for (const each of synapses) {
      if (!constant.has(each.from)) scatter(each, lookUp(values, each.from, 'value'), arriving);
    }
    const channels = bias.length;
    const most = 2 ** (accumulatorBits - 1) - 1;
    const range = 2 ** accumulatorBits;
    const size = potential.length;
    let overflows = 0;
    for (let i = 0; i < size; i++) {
      let v = potential[i]! + arriving[i]! + bias[i % channels]!;
      if (v > most || v < -most - 1) {
        overflows++;
        v =
          overflow === 'saturate'
            ? v > most
              ? most
              : -most - 1
            : v - Math.floor((v + most + 1) / range) * range;
      }
      if (kind === 'population') {
        const fired = v >= threshold[i]! ? 1 : 0;
        this.sent[i] = fired;
        this.train[t * size + i] = fired;
        if (fired) v -= threshold[i]!;
      } else this.sums[t * size + i] = v;
      potential[i] = v;
    }
    return overflows;
  }

  #always(values: ReadonlyMap<string, Int32Array>, constant: ReadonlySet<string>): Float64Array {
    const sums = new Float64Array(this.#potential.length);
    for (const each of this.node.synapses) {
      if (constant.has(each.from)) scatter(each, lookUp(values, each.from, 'value'), sums);
    }
    return sums;
  }
}

/** Adds to every neuron what the numbers that are not 0 make of their weights. Values have their places first, channels last. */
function scatter(synapses: IntegerSynapses, values: Int32Array, sums: Float64Array): void {
  const { fromShape, toShape, kernel, stride, padding, dilation, groups, weight } = synapses;
  const [channels, , width] = fromShape;
  const [outs, outHeight, outWidth] = toShape;
  const [perIn, perOut] = [channels / groups, outs / groups];
  for (let at = 0; at < values.length; at++) {
    const value = values[at]!;
    if (value === 0) continue;
    const c = at % channels;
    const place = (at - c) / channels;
    const [x, y] = [place % width, Math.floor(place / width)];
    const first = Math.floor(c / perIn) * perOut;
    for (let ky = 0; ky < kernel[0]; ky++) {
      const up = y + padding[0] - ky * dilation[0];
      if (up < 0 || up % stride[0] !== 0 || up / stride[0] >= outHeight) continue;
      for (let kx = 0; kx < kernel[1]; kx++) {
        const left = x + padding[1] - kx * dilation[1];
        if (left < 0 || left % stride[1] !== 0 || left / stride[1] >= outWidth) continue;
        const to = ((up / stride[0]) * outWidth + left / stride[1]) * outs + first;
        const from = ((c * kernel[0] + ky) * kernel[1] + kx) * perOut;
        for (let o = 0; o < perOut; o++) sums[to + o]! += value * weight[from + o]!;
      }
    }
  }
}

function sumPool({ fromShape, shape, kernel, stride, padding }: IntegerPool, values: Int32Array): Int32Array {
  const [channels, height, width] = asMaps(fromShape);
  const [, outHeight, outWidth] = asMaps(shape);
  const sums = new Int32Array(channels * outHeight * outWidth);
  for (let oy = 0; oy < outHeight; oy++) {
    for (let ox = 0; ox < outWidth; ox++) {
      const to = (oy * outWidth + ox) * channels;
      for (let ky = 0; ky < kernel[0]; ky++) {
        const y = oy * stride[0] + ky - padding[0];
        if (y < 0 || y >= height) continue;
        for (let kx = 0; kx < kernel[1]; kx++) {
          const x = ox * stride[1] + kx - padding[1];
          if (x < 0 || x >= width) continue;
          const from = (y * width + x) * channels;
          for (let c = 0; c < channels; c++) sums[to + c]! += values[from + c]!;
        }
      }
    }
  }
  return sums;
}

/** [channels, height, width] → [height, width, channels]. */
function placesFirst(
  data: Int32Array,
  { shape, overTime }: { shape: readonly number[]; overTime: boolean },
  t: number,
): Int32Array {
  const [channels, height, width] = asMaps(shape);
  const places = height * width;
  const from = overTime ? t * channels * places : 0;
  return Int32Array.from(
    { length: channels * places },
    (_, i) => data[from + (i % channels) * places + Math.floor(i / channels)] ?? 0,
  );
}
