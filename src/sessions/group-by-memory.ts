/** Values of this many bytes are held at once; networks with more are observed in several passes. */
const groupBytes = 384 * 2 ** 20;

/**
 * Cuts a list into groups, in order, whose values together fit into 384 MiB; what does not fit alone is a group of its own.
 *
 * @param bytesOf memory that an item's values take
 * @param memoryMB a lower bound, in MB
 */
export function groupByMemory<Item>(
  items: readonly Item[],
  bytesOf: (item: Item) => number,
  memoryMB = Number.POSITIVE_INFINITY,
): Item[][] {
  const most = Math.min(groupBytes, memoryMB * 2 ** 20);
  const groups: Item[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const item of items) {
    const needed = bytesOf(item);
    if (bytes + needed > most) {
      groups.push([]);
      bytes = 0;
    }
    bytes += needed;
    groups.at(-1)!.push(item);
  }
  return groups;
}
