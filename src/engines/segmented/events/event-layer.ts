import type { Site } from '../../../spiking/neuron-node.ts';
import type { Window } from '../window.ts';

/** What the spikes of one site send to the neurons of a layer. */
export interface EventTerm {
  /** Value with the spikes, one bit a channel: uint8 [N, height, width, pixel]. */
  readonly events: string;
  readonly channels: number;
  readonly window: Window;
  /** What a spike adds, [outputs, channels, window height, window width]: weights times the amplitude of the channel. */
  readonly weights: Float32Array;
  /** Name of the synaptic operator it stands for; absent for a sum or a shortcut, which multiplies nothing. */
  readonly operator?: string;
}

/** Integrate-and-fire neurons all of whose input comes from spikes of such neurons, or is the same at every step. */
export interface EventLayer {
  readonly site: Site;
  /** Whether values are images [N, C, height, width]; else [N, C]. */
  readonly planar: boolean;
  readonly channels: number;
  /** Value that it makes, as {@link EventTerm.events}. */
  readonly events: string;
  readonly terms: readonly EventTerm[];
  /** Value that arrives at every step, [N, C, …]; there are no terms then. */
  readonly current: string | undefined;
  /** By channel, as are those below: what arrives at every step. */
  readonly biases: Float32Array;
  readonly thresholds: Float32Array;
  readonly amplitudes: Float32Array;
  readonly initialPotentials: Float32Array;
}

/**
 * The term that sends each spike to its own place and channel, as the shortcut around a residual block does; the first of
 * them.
 */
export function shortcutOf({ terms, channels }: EventLayer): EventTerm | undefined {
  // What nothing has multiplied, moved or filled up is a diagonal.
  return terms.find(
    ({ operator, window, channels: own }) =>
      operator === undefined && own === channels && String(window.strides) === '1,1',
  );
}

/** Bytes of the spikes at one place. */
export function pixelOf(channels: number): number {
  return 4 * Math.ceil(channels / 32);
}

/** Channels with those that fill up the last sixteen: 32 bytes of int16, 64 of float32. */
export function paddedChannels(channels: number): number {
  return 16 * Math.ceil(channels / 16);
}
