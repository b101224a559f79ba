/** Neurons that take a step together; what they have emitted stays in the first-level cache. */
export const TILE: i32 = 512;

/** What the neurons of a tile have emitted, float32. */
export const emitted: usize = memory.data(2048, 16);
