import type { NetworkBuilder } from './network-builder.ts';

/**
 * What attention adds to its scores for the position of a key relative to the query: a table [rows, heads], and the row
 * for each pair of tokens.
 */
export interface RelativePositions extends PairIndex {
  /** Name of the tensor. */
  readonly table: string;
}

/** Rows of a table of relative positions; blocks that have it in common share it. */
export interface PairIndex {
  readonly rows: number;
  readonly tokens: number;
  /** Row for each query and key: query · tokens + key. */
  readonly index: Int32Array;
}

/** Appends the bias of relative positions, float32 [heads, tokens, tokens]. */
export function addRelativePositions(
  net: NetworkBuilder,
  { table, rows, tokens, index }: RelativePositions,
  heads: number,
): string {
  return addPairBias(net, table, net.weight(table, [rows, heads]), tokens, index);
}

/** Looks a bias up for each pair of tokens: float32 [rows, heads] → [heads, tokens, tokens]. */
export function addPairBias(
  net: NetworkBuilder,
  path: string,
  table: string,
  tokens: number,
  index: Int32Array,
): string {
  const rows = net.table(`${path}.index`, [tokens, tokens], index);
  const pairs = net.op('Gather', [table, rows], { axis: 0 }, { name: `${path}.pairs` });
  return net.op('Transpose', [pairs], { perm: [2, 0, 1] }, { name: `${path}.heads` });
}

/** Rows of a table of relative positions in a window of [height, width]: one for each distance, by rows. */
export function windowIndex([height, width]: readonly [number, number]): Int32Array {
  const tokens = height * width;
  return Int32Array.from({ length: tokens * tokens }, (_, pair) => {
    const [query, key] = [Math.floor(pair / tokens), pair % tokens];
    const down = Math.floor(query / width) - Math.floor(key / width) + height - 1;
    const right = (query % width) - (key % width) + width - 1;
    return down * (2 * width - 1) + right;
  });
}

/** Number of distances in a window of [height, width]. */
export function windowRows([height, width]: readonly [number, number]): number {
  return (2 * height - 1) * (2 * width - 1);
}

/**
 * Relative positions of a class token and a grid of patches behind it, as BEiT has them: the last three rows of the table
 * are for class to patch, patch to class, and class to class.
 */
export function classAndGridPositions(grid: readonly [number, number]): PairIndex {
  const inside = windowRows(grid);
  const patches = grid[0] * grid[1];
  const tokens = patches + 1;
  const between = windowIndex(grid);
  const index = Int32Array.from({ length: tokens * tokens }, (_, pair) => {
    const [query, key] = [Math.floor(pair / tokens), pair % tokens];
    if (query === 0) return key === 0 ? inside + 2 : inside;
    return key === 0 ? inside + 1 : between[(query - 1) * patches + key - 1]!;
  });
  return { rows: inside + 3, tokens, index };
}
