import { z } from 'zod';
import type { Random } from '../../random.ts';

/** Random changes of training pictures; none by default. */
export const augmentationSchema = z.strictObject({
  /** Moves the picture by up to this many pixels each way; what comes in is black (random crop of a padded picture). */
  shift: z.int().min(0).default(0),
  /** Mirrors left and right with probability ½. */
  flip: z.boolean().default(false),
  /** Rotates by up to this many degrees, nearest pixel. */
  rotate: z.number().min(0).max(180).default(0),
  /** Resizes by a factor between 1 − scale and 1 + scale, nearest pixel. */
  scale: z.number().min(0).max(0.9).default(0),
  /** Side in pixels of a square that is replaced by the mean; 0: none. */
  cutout: z.int().min(0).default(0),
});

/** Checked settings of the augmentation. */
export type Augmentation = z.infer<typeof augmentationSchema>;

/** Source pixel of each target pixel without any change. */
export function identityMap(height: number, width: number): Int32Array {
  return Int32Array.from({ length: height * width }, (_, i) => i);
}

/** Whether the settings change anything. */
export function augments({ shift, flip, rotate, scale, cutout }: Augmentation): boolean {
  return shift > 0 || flip || rotate > 0 || scale > 0 || cutout > 0;
}

/**
 * Draws one random change: for each target pixel, the number of its source pixel, −1 for black, −2 for the mean.
 *
 * @param target filled in; `height · width`
 * @returns how far left and up the picture was moved
 */
export function drawPictureMap(
  target: Int32Array,
  height: number,
  width: number,
  { shift, flip, rotate, scale, cutout }: Augmentation,
  random: Random,
): readonly [left: number, up: number] {
  const [dx, dy] = [random.integer(2 * shift + 1) - shift, random.integer(2 * shift + 1) - shift];
  const mirrored = flip && random.chance(0.5);
  const angle = (random.uniform(-rotate, rotate) * Math.PI) / 180;
  const factor = random.uniform(1 - scale, 1 + scale);
  const [cos, sin] = [Math.cos(angle) / factor, Math.sin(angle) / factor];
  const [centreX, centreY] = [(width - 1) / 2, (height - 1) / 2];
  const [holeX, holeY] = [random.integer(width), random.integer(height)];
  const inHole = (x: number, y: number) =>
    cutout > 0 && Math.abs(x + 0.5 - holeX) <= cutout / 2 && Math.abs(y + 0.5 - holeY) <= cutout / 2;
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      const [u, v] = [(mirrored ? width - 1 - x : x) - centreX, y - centreY];
      const column = Math.round(centreX + cos * u + sin * v) + dx;
      const row = Math.round(centreY - sin * u + cos * v) + dy;
      const inside = column >= 0 && column < width && row >= 0 && row < height;
      target[i] = inHole(x, y) ? -2 : inside ? row * width + column : -1;
    }
  }
  return [dx, dy];
}
