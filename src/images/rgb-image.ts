/** A decoded picture: 8 bits a channel, rows from the top, pixels from the left, channels red, green, blue (HWC). */
export interface RgbImage {
  /** Pixels a row. */
  width: number;
  /** Rows. */
  height: number;
  /** `height * width * 3` bytes. */
  data: Uint8Array;
}

/**
 * A picture of one grey channel as RGB with equal channels.
 *
 * @param grey `height * width` bytes
 */
export function greyImage(width: number, height: number, grey: Uint8Array): RgbImage {
  const data = new Uint8Array(grey.length * 3);
  for (let i = 0; i < grey.length; i++) data.fill(grey[i]!, 3 * i, 3 * i + 3);
  return { width, height, data };
}
