import type { DeviceFigure } from '../results/energy-result.ts';

/** Energies of a device by event. */
export interface DeviceFigures {
  /** A multiplication whose product is accumulated, as in dense layers. */
  readonly multiplyAccumulate: DeviceFigure;
  /** An accumulation that a spike triggers. */
  readonly accumulate: DeviceFigure;
  /** Scaling a weight by a power of two, for spikes of a base-2 ladder. */
  readonly shift: DeviceFigure;
  /** Any other addition or comparison. */
  readonly add: DeviceFigure;
  /** Any other multiplication. */
  readonly multiply: DeviceFigure;
  /** Fetching one weight; `included` where accumulation and multiply-accumulation contain it. */
  readonly weightWord: DeviceFigure | 'included';
  /** Reading or writing one accumulated number, such as a membrane potential. */
  readonly stateWord: DeviceFigure;
  /** One step of one neuron, its state included; `counted` where it is made up of additions and state words. */
  readonly neuronUpdate: DeviceFigure | 'counted';
  /** Moving one spike or activation to its readers; `counted` where its bits are written once and read once. */
  readonly transfer: DeviceFigure | 'counted';
}

/** What an estimate of energy needs to know of a device. */
export interface Device {
  /** Name in results and reports. */
  readonly name: string;
  readonly title: string;
  /** One sentence on what the figures are and what they leave out. */
  readonly summary: string;
  /** Bits of one weight. */
  readonly weightBits: number;
  /** Bits of one activation between the layers of the source network. */
  readonly activationBits: number;
  /** Bits of one accumulated number. */
  readonly stateBits: number;
  readonly figures: DeviceFigures;
  /**
   * Energies of a multiplication and an addition of 8-bit integers, in picojoules, on a device where operations with narrower weights cost less:
   * a multiplication scales with the bits of both factors, an addition, a shift and a fetch with those of the weight.
   */
  readonly eightBits?: { readonly multiplication: number; readonly addition: number };
}

/** Declares a device; a missing figure does not compile. */
export function defineDevice(device: Device): Device {
  return device;
}

/** A figure as its source has it. */
export function published(picojoules: number, source: string): DeviceFigure {
  return { picojoules, status: 'published', source };
}

/** A figure computed from published ones. */
export function derived(picojoules: number, source: string): DeviceFigure {
  return { picojoules, status: 'derived', source };
}

/** A figure that stands in for one that is not published. */
export function substitute(picojoules: number, source: string): DeviceFigure {
  return { picojoules, status: 'substitute', source };
}
