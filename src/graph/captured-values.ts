import { type Operation, valuesReadBy } from './operation.ts';

/** A body that says which values it takes from outside. */
interface Capturing {
  capturedValues(): ReadonlySet<string>;
}

/**
 * The values that operations take from outside: what they and their subgraphs read, and what is a result, without being written before.
 *
 * @param given values that are there from the start
 */
export function capturedValues<Body extends Capturing>(
  given: Iterable<string>,
  operations: Iterable<Operation<Body>>,
  results: Iterable<string>,
): ReadonlySet<string> {
  const own = new Set(given);
  const captured = new Set<string>();
  const read = (name: string) => {
    if (name && !own.has(name)) captured.add(name);
  };
  for (const each of operations) {
    for (const name of valuesReadBy(each)) read(name);
    for (const name of each.outputs) own.add(name);
  }
  for (const name of results) read(name);
  return captured;
}
