/** Adds numbers to sums, 16 bytes at a time: float32 or int16. */
@inline
function addTo<T>(to: usize, from: usize, bytes: usize): void {
  let i: usize = 0;
  for (; i + 64 <= bytes; i += 64) {
    const at = to + i;
    const weights = from + i;
    v128.store(at, v128.add<T>(v128.load(at), v128.load(weights)));
    v128.store(at, v128.add<T>(v128.load(at, 16), v128.load(weights, 16)), 16);
    v128.store(at, v128.add<T>(v128.load(at, 32), v128.load(weights, 32)), 32);
    v128.store(at, v128.add<T>(v128.load(at, 48), v128.load(weights, 48)), 48);
  }
  for (; i < bytes; i += 16) v128.store(to + i, v128.add<T>(v128.load(to + i), v128.load(from + i)));
}

/** How many places of a window of that length an input sees that lies `rest` beyond a multiple of the stride. */
@inline
function tapsAt(rest: i32, length: i32, stride: i32): i32 {
  return rest < length ? (length - rest + stride - 1) / stride : 0;
}

/** How many places the inputs see that lie less than `rest` beyond a multiple of the stride. */
function tapsBefore(rest: i32, length: i32, stride: i32): i32 {
  let sum = 0;
  for (let r = 0; r < rest; r++) sum += tapsAt(r, length, stride);
  return sum;
}

/** The spikes of one image at one step and the window that they are seen through. Lengths are in places, `row` and `pixel` in bytes. */
@unmanaged
export class IntegrateEvents {
  /** One bit a channel, [height, width, pixel]. */
  spikes: usize;
  /** A multiple of 4. */
  pixel: i32;
  /** The spikes to integrate: those of the channels 32·firstWord … 32·endWord − 1. */
  firstWord: i32;
  endWord: i32;
  channels: i32;
  height: i32;
  width: i32;
  windowHeight: i32;
  windowWidth: i32;
  strideY: i32;
  strideX: i32;
  top: i32;
  left: i32;
  outHeight: i32;
  outWidth: i32;
  /** Output channels of one place, a multiple of 16 bytes. */
  row: i32;
  /**
   * For each remainder of y + top by strideY, and in it of x + left by strideX: [channels, taps along y, taps along x, row],
   * the taps in the order of the outputs they lead to.
   */
  weights: usize;
  /** [outHeight, outWidth, row] */
  sums: usize;
}

/**
 * Adds to the sums what spikes send through a window: for each spike the weights of its channel, at all places that see it.
 * What no spike reaches is not touched.
 */
@inline
function integrate<T>(work: IntegrateEvents): void {
  const pixel = <usize>work.pixel;
  const firstWord = work.firstWord;
  const endWord = work.endWord;
  const width = work.width;
  const windowWidth = work.windowWidth;
  const strideX = work.strideX;
  const outWidth = work.outWidth;
  const row = <usize>work.row;
  const pitch = <usize>outWidth * row;
  const unit = <usize>work.channels * row;
  let spikes = work.spikes;
  for (let y = 0; y < work.height; y++) {
    const restY = (y + work.top) % work.strideY;
    const lastY = (y + work.top) / work.strideY;
    const tapsY = tapsAt(restY, work.windowHeight, work.strideY);
    const lowY = lastY - tapsY + 1;
    const skipY = max(0, -lowY);
    const rows = min(lastY, work.outHeight - 1) - lowY - skipY + 1;
    if (rows <= 0) {
      spikes += <usize>width * pixel;
      continue;
    }
    const classY = work.weights + unit * <usize>(tapsBefore(restY, work.windowHeight, work.strideY) * windowWidth);
    const sumsY = work.sums + <usize>(lowY + skipY) * pitch;
    let restX = work.left % strideX;
    let lastX = work.left / strideX;
    let before = tapsBefore(restX, windowWidth, strideX);
    for (let x = 0; x < width; x++, spikes += pixel) {
      const tapsX = tapsAt(restX, windowWidth, strideX);
      const lowX = lastX - tapsX + 1;
      const skipX = max(0, -lowX);
      const columns = min(lastX, outWidth - 1) - lowX - skipX + 1;
      if (columns > 0) {
        const bytes = <usize>columns * row;
        const tapRow = <usize>tapsX * row;
        const block = <usize>tapsY * tapRow;
        const weights = classY + unit * <usize>(tapsY * before) + <usize>skipY * tapRow + <usize>skipX * row;
        const sums = sumsY + <usize>(lowX + skipX) * row;
        for (let word = firstWord; word < endWord; word++) {
          let mask = load<u32>(spikes + (<usize>word << 2));
          while (mask) {
            let from = weights + <usize>((word << 5) + ctz(mask)) * block;
            mask &= mask - 1;
            let to = sums;
            for (let k = rows; k > 0; k--) {
              addTo<T>(to, from, bytes);
              from += tapRow;
              to += pitch;
            }
          }
        }
      }
      before += tapsX;
      restX++;
      if (restX == strideX) {
        restX = 0;
        before = 0;
        lastX++;
      }
    }
  }
}

/** Weights and sums are float32. */
export function integrateEvents(work: IntegrateEvents): void {
  integrate<f32>(work);
}

/** Weights and sums are int16. */
export function integrateIntegerEvents(work: IntegrateEvents): void {
  integrate<i16>(work);
}
