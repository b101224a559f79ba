import { saccadeScene } from '../../events/scenes/saccades.ts';
import type { Scene } from '../../events/scenes/scene.ts';
import type { RgbImage } from '../../images/rgb-image.ts';
import type { Random } from '../../random.ts';
import { saccadeSide } from './saccade-glyph.ts';

/** How pictures are shown to the camera. */
export interface ShownPicture {
  /** Pixels of the sensor each way. Default: 34 for pictures up to that size, else the longer side of the picture */
  readonly side?: number | undefined;
  /** Whether bright and dark change places, as in the recordings of N-MNIST, whose digits send OFF where they come. Default false */
  readonly inverted?: boolean | undefined;
}

/** Intensity of black. */
const dark = 40;

/**
 * A picture that is moved by saccades; its grey values become intensities from 40 to between 90 and 160.
 *
 * @param random decides how bright white is
 */
export function saccadePicture(
  { width, height, data }: RgbImage,
  { side, inverted = false }: ShownPicture,
  random: Random,
): Scene {
  const bright = dark * random.uniform(2.2, 4);
  const intensities = new Float64Array(width * height);
  for (let i = 0; i < intensities.length; i++) {
    const grey = (0.299 * data[3 * i]! + 0.587 * data[3 * i + 1]! + 0.114 * data[3 * i + 2]!) / 255;
    intensities[i] = dark + (bright - dark) * (inverted ? 1 - grey : grey);
  }
  const pixels = side ?? Math.max(saccadeSide, width, height);
  return saccadeScene({ width, height, intensities }, { width: pixels, height: pixels });
}
