import { RuntimeError } from './errors.ts';

/**
 * What stands under a key that must be in a map.
 *
 * @param what kind of thing that the map holds, for example `shape of value`
 * @throws RuntimeError if it is missing
 */
export function lookUp<K extends string, V>(map: ReadonlyMap<K, V>, key: K, what: string): V {
  // The words are put together only where something is missing: engines look up at every step.
  return map.get(key) ?? mustExist(map.get(key), `${what} '${key}'`);
}

/** A value that must be there. @param what it is, as the error names it @throws RuntimeError if it is missing */
export function mustExist<V>(value: V | undefined, what: string): V {
  if (value !== undefined) return value;
  throw new RuntimeError({
    where: 'Transpike',
    expected: `the ${what}`,
    got: 'none',
    remedy: 'This is a mistake of the program: report it with the model and what was done with it',
  });
}
