import { defineDataset } from '../data/define-dataset.ts';
import { countingOf, eventForm, sensorOf } from '../data/event-glyphs/event-address.ts';
import { glyphScene } from '../data/event-glyphs/glyph-scene.ts';
import { simulatedDataset } from '../data/event-glyphs/simulated-dataset.ts';
import { visibleObjects } from '../data/event-glyphs/visible-objects.ts';
import { isAddressOf, parseGeneratedAddress } from '../data/generated-address.ts';
import { glyphNames } from '../data/glyphs/glyphs-strokes.ts';
import { Random } from '../random.ts';

const form = eventForm('event-glyphs-boxes', {
  width: { least: 32, most: 1024, fallback: 64 },
  height: { least: 32, most: 1024, fallback: 64 },
  milliseconds: { least: 1, most: 60_000, fallback: 300 },
  intervals: { least: 1, most: 1000, fallback: 3 },
  classes: { least: 1, most: glyphNames.length, fallback: 10 },
  objects: { least: 1, most: 16, fallback: 3 },
});

/**
 * What an event camera sends of one to three digits that move over a background with texture: `event-glyphs-boxes`,
 * `event-glyphs-boxes:train,size=5000,width=128,height=96`. A sample is [T, 2, height, width]; its target are the boxes and classes of the glyphs at
 * its end, those at the end of each of its `intervals` are there, too. A glyph counts where its box has at least ten events in the interval:
 * what does not move cannot be seen. Defaults: 64×64 pixels, `milliseconds=300`, 3 intervals, T = 12, `classes=10` (of 36), at most 3 `objects`.
 */
export const eventGlyphsBoxes = defineDataset({
  name: 'event-glyphs-boxes',
  summary:
    'event-glyphs-boxes:train or event-glyphs-boxes:test, generated events of moving glyphs with their boxes, with ,size=… ,width=… ,classes=… and others if wanted',
  accepts: ['split', 'steps'],
  isAddress: (path) => isAddressOf(form.name, path),
  matches: () => false,
  async open({ path }, options) {
    const address = parseGeneratedAddress(form, path, options);
    const { split, size, seed, numbers } = address;
    const { width, height, milliseconds, intervals, classes, objects } = numbers;
    const facts = {
      kind: form.name,
      name: path,
      size,
      labelled: false,
      classNames: glyphNames.slice(0, classes),
      id: (index: number) => `${split}/${index}`,
    };
    return simulatedDataset(facts, { width, height, ...countingOf(address, options) }, (index) => {
      const random = new Random(seed, split === 'train' ? 1 : 2, index);
      const scene = glyphScene({ width, height, duration: milliseconds / 1000, classes, objects }, random);
      return {
        scene,
        settings: { sensor: sensorOf(address), seed: random.bits() },
        objects: (events) => visibleObjects(scene, events, intervals, classes),
      };
    });
  },
});
