import { glyphSide, renderGlyph } from '../../src/data/glyphs/glyphs-render.ts';
import { glyphNames } from '../../src/data/glyphs/glyphs-strokes.ts';
import { greyImage, type RgbImage } from '../../src/images/rgb-image.ts';
import { Random } from '../../src/random.ts';

/** A generated glyph, the same as `glyphs:train` or `glyphs:test` has at this place. */
export function glyph(index: number, split: 'train' | 'test'): { picture: RgbImage; label: number } {
  const random = new Random(0, split === 'train' ? 1 : 2, index);
  const label = random.integer(glyphNames.length);
  return { label, picture: greyImage(glyphSide, glyphSide, renderGlyph(label, random)) };
}
