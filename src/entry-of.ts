/**
 * The value of a key that has to be in a map.
 *
 * @throws Error if it is not: a fault of the program, not of its user
 */
export function entryOf<K, V>(map: ReadonlyMap<K, V>, key: K): V {
  const value = map.get(key);
  if (value !== undefined) return value;
  const known = [...map.keys()].slice(0, 5).map(String);
  throw new Error(`no entry '${String(key)}' in a map of ${map.size}: ${known.join(', ')}…`);
}
