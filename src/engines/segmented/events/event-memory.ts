import { type EventLayer, type EventTerm, paddedChannels } from './event-layer.ts';
import type { IntegerLayer } from './integer-events.ts';
import { packedLength } from './pack-weights.ts';

/** What the kernels read of a layer and nothing writes; addresses are in bytes from its beginning. */
export interface EventConstants {
  /** Packed weights by term. */
  readonly weights: readonly number[];
  /** Float32 by channel, filled up, one table after the other. */
  readonly tables: number;
  readonly bytes: number;
}

/** What a layer works on for one image; addresses are in bytes from its beginning. */
export interface EventScratch {
  readonly potentials: number;
  readonly sums: number;
  readonly currents: number;
  readonly emitted: number;
  /** Events of a row of places. */
  readonly lists: number;
  readonly bytes: number;
}

/** Scales, biases, thresholds, initial potentials, amplitudes, amplitudes of the shortcut. */
const tableCount = 6;

const alignment = 64;

/** Places stretches one behind the other. */
class Stretches {
  bytes = 0;

  add(bytes: number): number {
    const address = this.bytes;
    this.bytes = address + alignment * Math.ceil(bytes / alignment);
    return address;
  }
}

export function eventConstants(
  { terms, channels }: EventLayer,
  integer: IntegerLayer | undefined,
): EventConstants {
  const stretches = new Stretches();
  const weights = terms.map((term) =>
    stretches.add((integer?.weights.has(term) ? 2 : 4) * packedLength(term)),
  );
  const tables = stretches.add(4 * tableCount * paddedChannels(channels));
  return { weights, tables, bytes: stretches.bytes };
}

/**
 * @param places of one image
 * @param widths lengths of the rows of places that the terms read, in their order
 */
export function eventScratch(
  { channels, current, terms }: EventLayer,
  integer: IntegerLayer | undefined,
  places: number,
  widths: readonly number[],
): EventScratch {
  const stretches = new Stretches();
  const neurons = places * paddedChannels(channels);
  return {
    potentials: stretches.add(4 * neurons),
    sums: stretches.add(integer ? 2 * neurons : 0),
    currents: stretches.add(current === undefined ? 0 : 4 * neurons),
    emitted: stretches.add(4 * channels * places + 16),
    lists: stretches.add(Math.max(0, ...terms.map((term, i) => listBytes(term, widths[i]!)))),
    bytes: stretches.bytes,
  };
}

/** If all neurons fire: where the events of each place begin, and one address an event, four written at a time. */
function listBytes({ window, channels }: EventTerm, width: number): number {
  return 4 * (width + 1) + 4 * width * window.lengths[0] * channels + 16;
}
