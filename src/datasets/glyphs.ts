import { defineDataset } from '../data/define-dataset.ts';
import { type AddressForm, isAddressOf, parseGeneratedAddress } from '../data/generated-address.ts';
import { glyphSide, renderGlyph } from '../data/glyphs/glyphs-render.ts';
import { glyphNames } from '../data/glyphs/glyphs-strokes.ts';
import { greyImage } from '../images/rgb-image.ts';
import { Random } from '../random.ts';

const form: AddressForm = { name: 'glyphs', numbers: {}, choices: {} };

/**
 * Generated pictures of 36 hand-drawn digits and letters, 32×32, grey: `glyphs`, `glyphs:train`,
 * `glyphs:test,size=500,seed=7`. Defaults: split `test`, size 10,000 (`train`: 60,000), seed 0. Picture i depends on
 * seed, split and i only, so that a smaller size is a prefix of a larger one; its class is drawn as well.
 */
export const glyphs = defineDataset({
  name: 'glyphs',
  summary: 'glyphs:train or glyphs:test, generated pictures, with ,size=… and ,seed=… if wanted',
  accepts: ['split'],
  isAddress: (path) => isAddressOf(form.name, path),
  matches: () => false,
  async open({ path }, options) {
    const { split, size, seed } = parseGeneratedAddress(form, path, options);
    const splitKey = split === 'train' ? 1 : 2;
    return {
      kind: 'glyphs',
      name: path,
      size,
      labelled: true,
      classNames: [...glyphNames],
      id: (index) => `${split}/${index}`,
      sample: async (index) => {
        const random = new Random(seed, splitKey, index);
        const label = random.integer(glyphNames.length);
        const image = greyImage(glyphSide, glyphSide, renderGlyph(label, random));
        return { kind: 'image', id: `${split}/${index}`, label, image };
      },
    };
  },
});
