import { freemem } from 'node:os';
import { freeAddressSpace } from './process-limits.ts';

/** Memory that can still be taken, in bytes: limits of a container and of the process count. */
export function freeMemory(): number {
  const free = process.availableMemory?.() ?? freemem();
  return Math.min(free, freeAddressSpace() ?? free);
}
