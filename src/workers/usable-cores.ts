import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';

/** The text of a file; throws where there is none. */
type Read = (path: string) => string;

/**
 * Number of cores that this process may use. Two hardware threads of one core share its multipliers, which dense networks keep busy, so they
 * count once; where the system does not say which belong together (outside of Linux), every processor counts.
 *
 * @param processors processors that the process may use, limits of a container included
 */
export function usableCores(
  processors = availableParallelism(),
  read: Read = (path) => readFileSync(path, 'utf8'),
): number {
  try {
    const [, allowed] = /^Cpus_allowed_list:\s*(\S+)/m.exec(read('/proc/self/status')) ?? [];
    if (allowed === undefined) return processors;
    const cores = new Set(
      numbersOf(allowed).map((each) =>
        read(`/sys/devices/system/cpu/cpu${each}/topology/thread_siblings_list`),
      ),
    );
    return Math.min(processors, cores.size);
  } catch {
    return processors;
  }
}

/** The numbers of a list such as `0-3,8`. */
function numbersOf(list: string): number[] {
  return list.split(',').flatMap((range) => {
    const [first = Number.NaN, last = first] = range.split('-').map(Number);
    return Array.from({ length: last - first + 1 }, (_, i) => first + i);
  });
}
