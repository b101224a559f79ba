import { DataError } from '../errors.ts';
import { cropImage, type PixelWindow } from './crop-image.ts';
import {
  type ResampleCoefficients,
  type ResampleFilter,
  resampleCoefficients,
} from './resample-coefficients.ts';
import { resampleColumns, resampleRows } from './resample-kernel.ts';
import type { RgbImage } from './rgb-image.ts';

export type { ResampleFilter } from './resample-coefficients.ts';

/** A rectangle `[left, top, right, bottom]` in pixels of the original picture; may have fractions (kept as float32). */
export type ResampleBox = readonly [left: number, top: number, right: number, bottom: number];

/**
 * Resizes a picture with the bits of Pillow's `Image.resize`: first along the rows, then along the columns, with
 * 8-bit pixels in between, filters that grow when the picture shrinks, and integer weights.
 *
 * @param width of the result, at least 1
 * @param height of the result, at least 1
 * @param box the part of the picture to resize; default the whole
 * @param window the part of the result that is wanted, the only one to be computed; default the whole
 * @returns a new picture, or the same object if there is nothing to do
 * @throws DataError if the size is not positive or the box leaves the picture.
 */
export function resizeImage(
  image: RgbImage,
  width: number,
  height: number,
  filter: ResampleFilter,
  box: ResampleBox = [0, 0, image.width, image.height],
  window: PixelWindow = { left: 0, top: 0, width, height },
): RgbImage {
  checkRequest(image, width, height, box);
  const [left, top, right, bottom] = box.map(Math.fround) as [number, number, number, number];
  const wholeRows = width === image.width && left === 0 && right === width;
  const wholeColumns = height === image.height && top === 0 && bottom === height;
  if (wholeRows && wholeColumns) return cropImage(image, window);
  if (filter === 'nearest')
    return cropImage(pickNearest(image, width, height, [left, top, right, bottom]), window);
  const vertical = stretchOf(
    resampleCoefficients(image.height, top, bottom, height, filter),
    window.top,
    window.height,
  );
  const firstRow = wholeColumns ? window.top : vertical.start[0]!;
  const endRow = wholeColumns
    ? window.top + window.height
    : vertical.start[window.height - 1]! + vertical.count[window.height - 1]!;
  const rows: RgbImage = {
    width: image.width,
    height: endRow - firstRow,
    data: image.data.subarray(firstRow * image.width * 3, endRow * image.width * 3),
  };
  const { width: columns } = window;
  const data = new Uint8Array(3 * columns * window.height);
  const narrow = wholeColumns ? data : rowsBetween(3 * columns * rows.height);
  if (wholeRows) narrow.set(cropImage(rows, { ...window, top: 0, height: rows.height }).data);
  else {
    const horizontal = resampleCoefficients(image.width, left, right, width, filter);
    resampleRows(rows.data, image.width, stretchOf(horizontal, window.left, columns), narrow);
  }
  if (!wholeColumns) resampleColumns(narrow, columns, vertical, firstRow, data);
  return { width: columns, height: window.height, data };
}

let kept = new Uint8Array();

/** Memory for the rows between both passes. The same for every picture: its own would be garbage at once. */
function rowsBetween(bytes: number): Uint8Array {
  if (kept.length < bytes) kept = new Uint8Array(bytes);
  return kept.subarray(0, bytes);
}

/** The coefficients of some output positions. */
function stretchOf(
  { start, count, weights, taps }: ResampleCoefficients,
  from: number,
  length: number,
): ResampleCoefficients {
  const to = from + length;
  return {
    start: start.subarray(from, to),
    count: count.subarray(from, to),
    weights: weights.subarray(from * taps, to * taps),
    taps,
  };
}

function checkRequest(image: RgbImage, width: number, height: number, box: ResampleBox): void {
  const [left, top, right, bottom] = box;
  if (!(Number.isInteger(width) && Number.isInteger(height) && width > 0 && height > 0)) {
    throw new DataError({
      where: 'resizeImage',
      expected: 'a size of at least 1 x 1 whole pixels',
      got: `${width} x ${height}`,
      remedy: 'Give positive whole numbers',
    });
  }
  if (
    !(left >= 0 && top >= 0 && right <= image.width && bottom <= image.height && left < right && top < bottom)
  ) {
    throw new DataError({
      where: 'resizeImage',
      expected: `a box inside the picture of ${image.width} x ${image.height} pixels`,
      got: `[${box.join(', ')}]`,
      remedy: 'Give left, top, right, bottom inside the picture',
    });
  }
}

function pickNearest(image: RgbImage, width: number, height: number, box: ResampleBox): RgbImage {
  const columns = nearestPositions(box[0], box[2], width, image.width);
  const rows = nearestPositions(box[1], box[3], height, image.height);
  const data = new Uint8Array(width * height * 3);
  let target = 0;
  for (const row of rows) {
    for (const column of columns) {
      const source = row < 0 || column < 0 ? -1 : (row * image.width + column) * 3;
      for (let c = 0; c < 3; c++) data[target++] = source < 0 ? 0 : image.data[source + c]!;
    }
  }
  return { width, height, data };
}

/** Input position of every output position; -1 where the running sum of steps leaves the picture. */
function nearestPositions(from: number, to: number, outputSize: number, inputSize: number): Int32Array {
  const positions = new Int32Array(outputSize);
  const step = Math.fround(to - from) / outputSize;
  // Pillow adds up the steps instead of multiplying, and the rounding of that sum decides about ties.
  let place = from + step * 0.5;
  for (let i = 0; i < outputSize; i++) {
    positions[i] = place < inputSize ? Math.trunc(place) : -1;
    place += step;
  }
  return positions;
}
