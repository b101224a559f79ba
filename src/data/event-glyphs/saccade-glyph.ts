import { saccadeScene } from '../../events/scenes/saccades.ts';
import type { Scene } from '../../events/scenes/scene.ts';
import type { Random } from '../../random.ts';
import { glyphInk, glyphSide } from '../glyphs/glyphs-render.ts';

/** Pixels of the sensor each way, as those of N-MNIST. */
export const saccadeSide = 34;

/**
 * A glyph of random form and brightness, moved by saccades.
 *
 * @param label class, 0–35
 * @param random decides everything else
 */
export function saccadeGlyph(label: number, random: Random): Scene {
  const ink = glyphInk(label, random);
  const dark = random.uniform(25, 60);
  const bright = dark * random.uniform(2.2, 4);
  const inverted = random.chance(0.1);
  const [paper, pen] = inverted ? [bright, dark] : [dark, bright];
  const intensities = Float64Array.from(ink, (amount) => paper + (pen - paper) * amount);
  const picture = { width: glyphSide, height: glyphSide, intensities };
  return saccadeScene(picture, { width: saccadeSide, height: saccadeSide });
}
