import { createHash } from 'node:crypto';

/** A name for what is told by all of these. A whole number alone would not do for BullMQ. */
export function jobName(...parts: readonly string[]): string {
  return `j${createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 31)}`;
}
