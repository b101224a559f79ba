import { IntegrateEvents } from './integrate-events';

/** As {@link IntegrateEvents}, with a window of three places along x and a stride of 1 or 2 there. The weights are [row / 32 bytes, taps along y, channels, taps along x, 32 bytes]. */
@unmanaged
export class SweepEvents extends IntegrateEvents {
  /** Memory for the events of a row of places, 4·(width + 1) + 4·width·windowHeight·channels + 16 bytes. */
  lists: usize;
}

/** Places of a window along x. */
const TAPS: usize = 3;

/** Bytes of the outputs of a place that are added up at once. */
const BLOCK: usize = 32;

/** Lists where the weights of the events of a mask stand, four at a time, wanted or not. @returns the end of the list */
@inline
function listMask<M>(mask: M, weights: usize, tap: usize, to: usize): usize {
  let number = <i32>popcnt<M>(mask);
  while (true) {
    store<u32>(to, <u32>(weights + <usize>ctz<M>(mask) * tap));
    mask = <M>(mask & (mask - <M>1));
    store<u32>(to, <u32>(weights + <usize>ctz<M>(mask) * tap), 4);
    mask = <M>(mask & (mask - <M>1));
    store<u32>(to, <u32>(weights + <usize>ctz<M>(mask) * tap), 8);
    mask = <M>(mask & (mask - <M>1));
    store<u32>(to, <u32>(weights + <usize>ctz<M>(mask) * tap), 12);
    mask = <M>(mask & (mask - <M>1));
    // What comes next is written over those that are too many.
    if (number <= 4) return to + (<usize>number << 2);
    number -= 4;
    to += 16;
  }
}

/**
 * Lists, place after place of a row, where the weights of the events stand that the outputs of row `y` see in that column.
 *
 * @param tap bytes of the weights of an event at one place along y
 */
@inline
function listEvents(work: SweepEvents, y: i32, tap: usize): void {
  const pixel = <usize>work.pixel;
  const windowHeight = work.windowHeight;
  const starts = work.lists;
  const pitch = <usize>work.width * pixel;
  const above = work.top - y * work.strideY;
  const top = max(0, above);
  const bottom = min(windowHeight, work.height + above);
  let to = starts + (<usize>(work.width + 1) << 2);
  let column = work.spikes + <usize>(bottom - 1 - above) * pitch;
  const channels = <usize>work.channels;
  const first = <usize>((windowHeight - bottom) * work.channels) * tap;
  if (channels == 16 && windowHeight <= 4) {
    // All rows of a column in one mask.
    for (let x = 0; x < work.width; x++, column += pixel) {
      store<u32>(starts + (<usize>x << 2), <u32>to);
      let from = column;
      let mask: u64 = 0;
      let shift: u64 = 0;
      for (let k = bottom; k > top; k--) {
        mask |= load<u32>(from) << shift;
        shift += 16;
        from -= pitch;
      }
      to = listMask<u64>(mask, first, tap, to);
    }
  } else {
    for (let x = 0; x < work.width; x++, column += pixel) {
      store<u32>(starts + (<usize>x << 2), <u32>to);
      let from = column;
      let weights = first;
      for (let k = bottom; k > top; k--) {
        let own = weights + (<usize>work.firstWord << 5) * tap;
        for (let word = work.firstWord; word < work.endWord; word++, own += tap << 5) {
          to = listMask<u32>(load<u32>(from + (<usize>word << 2)), own, tap, to);
        }
        weights += channels * tap;
        from -= pitch;
      }
    }
  }
  store<u32>(starts + (<usize>work.width << 2), <u32>to);
}

/** Sums of a place, or 0 outside of the row. */
@inline
function sumsAt(row: usize, x: i32, outWidth: i32, pitch: usize, offset: usize): v128 {
  return x >= 0 && x < outWidth ? v128.load(row + <usize>x * pitch + offset) : i32x4.splat(0);
}

/** Writes the sums of a place, unless it lies outside of the row. */
@inline
function storeSums(row: usize, x: i32, outWidth: i32, pitch: usize, low: v128, high: v128): void {
  if (x < 0 || x >= outWidth) return;
  const to = row + <usize>x * pitch;
  v128.store(to, low);
  v128.store(to, high, 16);
}

/**
 * One row of outputs, 32 bytes a place: the sums of the three places that see a column stay in registers. More a place would
 * not all fit there.
 */
@inline
function sweepRow<T>(work: SweepEvents, sums: usize, weights: usize): void {
  const starts = work.lists;
  const outWidth = work.outWidth;
  const row = <usize>work.row;
  let x = work.left - 2;
  let a0 = sumsAt(sums, x, outWidth, row, 0);
  let a1 = sumsAt(sums, x, outWidth, row, 16);
  let b0 = sumsAt(sums, x + 1, outWidth, row, 0);
  let b1 = sumsAt(sums, x + 1, outWidth, row, 16);
  for (let column = 0; column < work.width; column++, x++) {
    let c0 = sumsAt(sums, x + 2, outWidth, row, 0);
    let c1 = sumsAt(sums, x + 2, outWidth, row, 16);
    const place = starts + (<usize>column << 2);
    const end = <usize>load<u32>(place, 4);
    for (let at = <usize>load<u32>(place); at < end; at += 4) {
      const from = weights + <usize>load<u32>(at);
      a0 = v128.add<T>(a0, v128.load(from));
      a1 = v128.add<T>(a1, v128.load(from, 16));
      b0 = v128.add<T>(b0, v128.load(from, 32));
      b1 = v128.add<T>(b1, v128.load(from, 48));
      c0 = v128.add<T>(c0, v128.load(from, 64));
      c1 = v128.add<T>(c1, v128.load(from, 80));
    }
    storeSums(sums, x, outWidth, row, a0, a1);
    a0 = b0;
    a1 = b1;
    b0 = c0;
    b1 = c1;
  }
  storeSums(sums, x, outWidth, row, a0, a1);
  storeSums(sums, x + 1, outWidth, row, b0, b1);
}

/** The same with a stride of 2: a column is seen by two places, or by one. */
@inline
function sweepEveryOther<T>(work: SweepEvents, sums: usize, weights: usize): void {
  const starts = work.lists;
  const outWidth = work.outWidth;
  const row = <usize>work.row;
  let x = work.left >> 1;
  let isOne = work.left & 1;
  let a0 = sumsAt(sums, x - 1, outWidth, row, 0);
  let a1 = sumsAt(sums, x - 1, outWidth, row, 16);
  let b0 = sumsAt(sums, x, outWidth, row, 0);
  let b1 = sumsAt(sums, x, outWidth, row, 16);
  for (let column = 0; column < work.width; column++, isOne ^= 1) {
    const place = starts + (<usize>column << 2);
    const end = <usize>load<u32>(place, 4);
    let at = <usize>load<u32>(place);
    if (!isOne) {
      for (; at < end; at += 4) {
        const from = weights + <usize>load<u32>(at);
        a0 = v128.add<T>(a0, v128.load(from));
        a1 = v128.add<T>(a1, v128.load(from, 16));
        b0 = v128.add<T>(b0, v128.load(from, 64));
        b1 = v128.add<T>(b1, v128.load(from, 80));
      }
      continue;
    }
    for (; at < end; at += 4) {
      const from = weights + <usize>load<u32>(at);
      b0 = v128.add<T>(b0, v128.load(from, 32));
      b1 = v128.add<T>(b1, v128.load(from, 48));
    }
    storeSums(sums, x - 1, outWidth, row, a0, a1);
    x++;
    a0 = b0;
    a1 = b1;
    b0 = sumsAt(sums, x, outWidth, row, 0);
    b1 = sumsAt(sums, x, outWidth, row, 16);
  }
  storeSums(sums, x - 1, outWidth, row, a0, a1);
  storeSums(sums, x, outWidth, row, b0, b1);
}

/** What the window sends on. */
@inline
function sweep<T>(work: SweepEvents): void {
  const tap = TAPS * BLOCK;
  const blockWeights = <usize>(work.channels * work.windowHeight) * tap;
  const row = <usize>work.row;
  let sums = work.sums;
  for (let y = 0; y < work.outHeight; y++) {
    listEvents(work, y, tap);
    let weights = work.weights;
    for (let offset: usize = 0; offset < row; offset += BLOCK) {
      if (work.strideX == 1) sweepRow<T>(work, sums + offset, weights);
      else sweepEveryOther<T>(work, sums + offset, weights);
      weights += blockWeights;
    }
    sums += <usize>work.outWidth * row;
  }
}

/** Weights and sums are float32. */
export function sweepEvents(work: SweepEvents): void {
  sweep<f32>(work);
}

/** Weights and sums are int16. */
export function sweepIntegerEvents(work: SweepEvents): void {
  sweep<i16>(work);
}
