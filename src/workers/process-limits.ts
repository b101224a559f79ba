import { readFileSync } from 'node:fs';

/** What the system allows a process, as it names it. */
type Limit = 'Max open files' | 'Max address space';

/** A limit of this process; undefined where there is none, or the system does not tell. */
export function processLimit(limit: Limit): number | undefined {
  const [, number] = new RegExp(`^${limit}\\s+(\\d+)`, 'm').exec(textOf('/proc/self/limits')) ?? [];
  return number === undefined ? undefined : Number(number);
}

/** Bytes of addresses that are left to this process; undefined where they are not limited. */
export function freeAddressSpace(): number | undefined {
  const limit = processLimit('Max address space');
  const [, taken] = /^VmSize:\s+(\d+) kB/m.exec(textOf('/proc/self/status')) ?? [];
  return limit === undefined || taken === undefined ? undefined : Math.max(0, limit - 1024 * Number(taken));
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
