import { freemem } from 'node:os';

/** Memory that can still be taken, in bytes: limits of a container count. */
export function freeMemory(): number {
  // Node 20.9 knows the limit, but not yet what is left of it.
  return process.availableMemory?.() ?? freemem();
}
