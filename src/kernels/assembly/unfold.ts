/** Eight neighbouring pixels of four channels, channels last; `stride` is that of the pixels written. */
@inline
function eightPixels(a: v128, b: v128, c: v128, d: v128, to: usize, stride: usize): void {
  const ab = i8x16.shuffle(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
  const cd = i8x16.shuffle(c, d, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
  const low = i16x8.shuffle(ab, cd, 0, 8, 1, 9, 2, 10, 3, 11);
  const high = i16x8.shuffle(ab, cd, 4, 12, 5, 13, 6, 14, 7, 15);
  v128.store32_lane(to, low, 0);
  v128.store32_lane(to + stride, low, 1);
  v128.store32_lane(to + 2 * stride, low, 2);
  v128.store32_lane(to + 3 * stride, low, 3);
  v128.store32_lane(to + 4 * stride, high, 0);
  v128.store32_lane(to + 5 * stride, high, 1);
  v128.store32_lane(to + 6 * stride, high, 2);
  v128.store32_lane(to + 7 * stride, high, 3);
}

/** One row of an image with its channels moved last: from planes `plane` bytes apart to pixels `pixel` bytes apart. */
function rowToPixels(from: usize, plane: usize, width: i32, channels: i32, to: usize, pixel: usize): void {
  let c = 0;
  for (; c + 4 <= channels; c += 4) {
    let x = 0;
    for (; x + 8 <= width; x += 8) {
      const at = from + <usize>x;
      const a = v128.load64_zero(at);
      const b = v128.load64_zero(at + plane);
      const d = v128.load64_zero(at + 2 * plane);
      const e = v128.load64_zero(at + 3 * plane);
      eightPixels(a, b, d, e, to + <usize>x * pixel, pixel);
    }
    for (; x < width; x++) {
      for (let i = 0; i < 4; i++) store<u8>(to + <usize>x * pixel + i, load<u8>(from + <usize>x + <usize>i * plane));
    }
    from += 4 * plane;
    to += 4;
  }
  for (; c < channels; c++) {
    for (let x = 0; x < width; x++) store<u8>(to + <usize>x * pixel, load<u8>(from + <usize>x));
    from += plane;
    to++;
  }
}

/** Images and the windows that are seen of them; bytes, 128 is zero. A pixel is the channels and then 128s up to a multiple of 4. */
@unmanaged
export class Unfold {
  /** [images, channels, height, width] */
  levels: usize;
  images: i32;
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
  /** Memory for one image with its padding, [(outHeight − 1)·strideY + windowHeight, …, pixel], and 16 bytes more. */
  padded: usize;
  /** Where to write, with room for 16 bytes more. */
  columns: usize;
}

/**
 * Lays what a convolution multiplies with its weights into rows (im2col): images become
 * [images · outHeight · outWidth, windowHeight · windowWidth · pixel]. What lies outside of an image is 128, the zero of
 * 8-bit spikes.
 */
export function unfold(work: Unfold): void {
  const channels = work.channels;
  const width = work.width;
  const windowHeight = work.windowHeight;
  const strideY = work.strideY;
  const strideX = work.strideX;
  const top = work.top;
  const left = work.left;
  const outHeight = work.outHeight;
  const outWidth = work.outWidth;
  const padded = work.padded;
  const pixel = <usize>((channels + 3) & ~3);
  const plane = <usize>(work.height * width);
  const paddedHeight = (outHeight - 1) * strideY + windowHeight;
  const paddedWidth = (outWidth - 1) * strideX + work.windowWidth;
  const rowBytes = <usize>paddedWidth * pixel;
  const run = <usize>work.windowWidth * pixel;
  memory.fill(padded, 128, <usize>paddedHeight * rowBytes);
  const columnsSeen = min(width, paddedWidth - left);
  const rowsSeen = min(work.height, paddedHeight - top);
  let levels = work.levels;
  let columns = work.columns;
  for (let image = work.images; image > 0; image--) {
    for (let y = 0; y < rowsSeen; y++) {
      const to = padded + <usize>(y + top) * rowBytes + <usize>left * pixel;
      rowToPixels(levels + <usize>(y * width), plane, columnsSeen, channels, to, pixel);
    }
    for (let y = 0; y < outHeight; y++) {
      for (let x = 0; x < outWidth; x++) {
        let from = padded + <usize>(y * strideY) * rowBytes + <usize>(x * strideX) * pixel;
        for (let k = 0; k < windowHeight; k++) {
          // The last bytes are too many; what comes next is written over them.
          for (let i: usize = 0; i < run; i += 16) v128.store(columns + i, v128.load(from + i));
          columns += run;
          from += rowBytes;
        }
      }
    }
    levels += <usize>channels * plane;
  }
}
