import { lookUp } from '../../look-up.ts';
import type { Action } from './action.ts';

/** A stretch of memory that is needed from one action to another, both included. */
export interface Stretch {
  readonly value: string;
  /** Size in bytes. */
  readonly bytes: number;
  readonly first: number;
  readonly last: number;
}

/** Where every stretch is. */
export interface MemoryPlan {
  /** Address in bytes by value. */
  readonly addresses: ReadonlyMap<string, number>;
  /** End of the last stretch. */
  readonly bytes: number;
  /** What the stretches would take side by side. */
  readonly bytesWithoutReuse: number;
}

const alignment = 64;

/**
 * Finds places for stretches, so that two which are needed at the same time do not overlap: the largest first, each
 * at the lowest address where it fits.
 *
 * @param start first address that may be used
 */
export function planMemory(stretches: readonly Stretch[], start: number): MemoryPlan {
  const placed: (Stretch & { address: number })[] = [];
  const addresses = new Map<string, number>();
  let end = start;
  let sum = 0;
  for (const stretch of [...stretches].sort((a, b) => b.bytes - a.bytes || a.first - b.first)) {
    const rivals = placed
      .filter(({ first, last }) => first <= stretch.last && stretch.first <= last)
      .sort((a, b) => a.address - b.address);
    let address = align(start);
    for (const rival of rivals) {
      if (rival.address >= address + stretch.bytes) break;
      address = Math.max(address, align(rival.address + rival.bytes));
    }
    placed.push({ ...stretch, address });
    addresses.set(stretch.value, address);
    end = Math.max(end, address + stretch.bytes);
    sum += align(stretch.bytes);
  }
  return { addresses, bytes: end, bytesWithoutReuse: sum };
}

function align(address: number): number {
  return Math.ceil(address / alignment) * alignment;
}

/** From which action to which each value is needed. @param kept values that are read after the last action */
export function lifetimes(
  actions: readonly Action[],
  inputs: Iterable<string>,
  kept: Iterable<string>,
): Map<string, { first: number; last: number }> {
  const lives = new Map([...inputs].map((name) => [name, { first: -1, last: -1 }]));
  for (const [i, { reads, writes }] of actions.entries()) {
    for (const name of writes) lives.set(name, { first: i, last: i });
    for (const name of reads) lookUp(lives, name, 'value').last = i;
  }
  for (const name of kept) lookUp(lives, name, 'value').last = actions.length;
  return lives;
}
