/** Values of this many bytes are held at once; networks with more are observed in several passes. */
const groupBytes = 384 * 2 ** 20;

/**
 * Cuts a list into groups, in order, whose values together fit into 384 MiB; what does not fit alone is a group of its own.
 *
 * @param bytesOf memory that an item's values take
 */
export function groupByMemory<Item>(items: readonly Item[], bytesOf: (item: Item) => number): Item[][] {
  const groups: Item[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const item of items) {
    const needed = bytesOf(item);
    if (bytes + needed > groupBytes) {
      groups.push([]);
      bytes = 0;
    }
    bytes += needed;
    groups.at(-1)!.push(item);
  }
  return groups;
}
