import { defineDataset } from '../data/define-dataset.ts';
import { countingOf, eventForm, sensorOf } from '../data/event-glyphs/event-address.ts';
import { saccadeGlyph, saccadeSide } from '../data/event-glyphs/saccade-glyph.ts';
import { simulatedDataset } from '../data/event-glyphs/simulated-dataset.ts';
import { isAddressOf, parseGeneratedAddress } from '../data/generated-address.ts';
import { glyphNames } from '../data/glyphs/glyphs-strokes.ts';
import { Random } from '../random.ts';

const form = eventForm('event-glyphs', {});

/**
 * What an event camera of 34×34 pixels sends of 36 digits and letters that are moved by three saccades of 0.1 s: `event-glyphs`,
 * `event-glyphs:train`, `event-glyphs:test,size=500,seed=7,steps=20`. A sample is [T, 2, 34, 34], events counted in T equal times (`by=count`: in
 * equal numbers), OFF before ON; default T = 12. `sensor=` chooses among `everyday`, `ideal`, `clean` and `noisy`. Glyph, brightness, clutter,
 * mismatch and noise of sample i depend on seed, split and i only.
 */
export const eventGlyphs = defineDataset({
  name: 'event-glyphs',
  summary:
    'event-glyphs:train or event-glyphs:test, generated events of glyphs that saccades move, with ,size=… ,seed=… ,steps=… ,by=… and ,sensor=… if wanted',
  accepts: ['split', 'steps'],
  isAddress: (path) => isAddressOf(form.name, path),
  matches: () => false,
  async open({ path }, options) {
    const address = parseGeneratedAddress(form, path, options);
    const { split, size, seed } = address;
    const facts = {
      kind: form.name,
      name: path,
      size,
      labelled: true,
      classNames: [...glyphNames],
      id: (index: number) => `${split}/${index}`,
    };
    const counting = { width: saccadeSide, height: saccadeSide, ...countingOf(address, options) };
    return simulatedDataset(facts, counting, (index) => {
      const random = new Random(seed, split === 'train' ? 1 : 2, index);
      const label = random.integer(glyphNames.length);
      const scene = saccadeGlyph(label, random);
      return { scene, label, settings: { sensor: sensorOf(address), seed: random.bits() } };
    });
  },
});
