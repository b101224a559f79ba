import type { DeviceFigure } from '../results/energy-result.ts';
import type { SpikeScaling } from '../spiking/spike-alphabet.ts';
import type { Device } from './define-device.ts';
import type { Arithmetic } from './operator-arithmetic.ts';
import type { OperatorCost } from './operator-costs.ts';
import { withWeightBits } from './quantised-device.ts';

/** Positions (tokens, pixels) that a fetched weight serves before the next one is fetched; the same for both networks. */
const weightReuse = 16;

/** Energies of a device by what networks do, in nanojoules. */
export class PriceList {
  readonly #device: Device;
  readonly #reuse: number;
  readonly #narrow = new Map<number, PriceList>();

  /** @param reuse positions that a fetched weight serves; 1 to fetch a weight for every operation. Default 16 */
  constructor(device: Device, reuse = weightReuse) {
    this.#device = device;
    this.#reuse = reuse;
  }

  /** The prices of an operator: those of a device with weights in as many bits as its own have. */
  of({ weightBits }: OperatorCost): PriceList {
    if (weightBits === undefined) return this;
    const known = this.#narrow.get(weightBits);
    if (known) return known;
    const made = new PriceList(withWeightBits(this.#device, weightBits), this.#reuse);
    this.#narrow.set(weightBits, made);
    return made;
  }

  /** Dense multiply-accumulations. */
  dense(macs: number): number {
    return nanojoules(macs, this.#device.figures.multiplyAccumulate);
  }

  /** Operations that spikes trigger. */
  spikes(operations: number, scaling: SpikeScaling): number {
    const { accumulate, shift, multiplyAccumulate } = this.#device.figures;
    if (scaling === 'multiplication') return nanojoules(operations, multiplyAccumulate);
    return nanojoules(operations, accumulate) + (scaling === 'shift' ? nanojoules(operations, shift) : 0);
  }

  /** Words that an operator fetches when a share of its operations happens. @see weightFetches */
  weights(cost: OperatorCost, share: number): number {
    const { weightWord } = this.#device.figures;
    return weightWord === 'included' ? 0 : nanojoules(weightFetches(cost, share, this.#reuse), weightWord);
  }

  arithmetic({ additions, multiplications }: Arithmetic): number {
    const { add, multiply } = this.#device.figures;
    return nanojoules(additions, add) + nanojoules(multiplications, multiply);
  }

  /** Reading or writing numbers that are kept from step to step. */
  stateWords(words: number): number {
    return nanojoules(words, this.#device.figures.stateWord);
  }

  /**
   * Steps of neurons.
   *
   * @param updates how many, each of one neuron
   * @param arithmetic of all of them together
   * @param words numbers that they read or write
   */
  neurons(updates: number, arithmetic: Arithmetic, words: number): { neurons: number; state: number } {
    const { neuronUpdate } = this.#device.figures;
    if (neuronUpdate !== 'counted') return { neurons: nanojoules(updates, neuronUpdate), state: 0 };
    return { neurons: this.arithmetic(arithmetic), state: this.stateWords(words) };
  }

  /** Moving spikes with some payload: a bit that says spike, and the payload's. */
  spikeTransfer(spikes: number, payloadBits: number): number {
    return this.#transfer(spikes, 1 + payloadBits);
  }

  /** Moving activations of the source network. */
  activationTransfer(elements: number): number {
    return this.#transfer(elements, this.#device.activationBits);
  }

  #transfer(elements: number, bits: number): number {
    const { transfer, stateWord } = this.#device.figures;
    if (transfer !== 'counted') return nanojoules(elements, transfer);
    return 2 * nanojoules((elements * bits) / this.#device.stateBits, stateWord);
  }
}

/**
 * Number of weights that are fetched when a share p of an operator's operations happens: a fetched weight serves
 * R = min(reuse, positions) positions and is needed if one of them has a spike, (macs / R)·(1 − (1 − p)^R), with spikes
 * at positions taken to be independent. With R = 1 every operation fetches its weight; p = 1 is the dense layer.
 */
export function weightFetches({ macs, words }: OperatorCost, share: number, reuse = weightReuse): number {
  const positions = Math.max(1, Math.min(reuse, macs / words));
  return (macs / positions) * (1 - (1 - Math.min(share, 1)) ** positions);
}

function nanojoules(events: number, { picojoules }: DeviceFigure): number {
  return (events * picojoules) / 1000;
}
