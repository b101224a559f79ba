import type { Dataset } from '../data/dataset.ts';
import { defineDataset } from '../data/define-dataset.ts';
import { countingOf, eventForm, sensorOf } from '../data/event-glyphs/event-address.ts';
import { saccadePicture } from '../data/event-glyphs/saccade-picture.ts';
import { simulatedDataset } from '../data/event-glyphs/simulated-dataset.ts';
import { parseGeneratedAddress } from '../data/generated-address.ts';
import { DataError } from '../errors.ts';
import { Random } from '../random.ts';

const prefix = 'saccades:';
const form = {
  ofOthers: true,
  ...eventForm('saccades:…', {
    side: { least: 8, most: 1024, fallback: 0 },
    inverted: { least: 0, most: 1, fallback: 0 },
  }),
};
const settingNames = ['seed', ...Object.keys(form.numbers), ...Object.keys(form.choices)];

/**
 * Any data set of pictures, seen by an event camera while saccades move it: `saccades:../mnist,steps=12`, `saccades:photos,side=128`. Settings stand behind the
 * place of the pictures: `steps`, `by`, `sensor` and `seed` as of `event-glyphs`, `side` (pixels of the sensor each way) and `inverted=1` (bright and
 * dark change places). A sample is [T, 2, side, side].
 */
export const saccades = defineDataset({
  name: 'saccades',
  summary:
    'saccades: and the place of pictures, generated events of them, with ,steps=… ,side=… ,inverted=1 ,by=… ,sensor=… and ,seed=… if wanted',
  accepts: ['split', 'steps', 'labels', 'synsets'],
  isAddress: (path) => path.startsWith(prefix),
  absolute: (path, resolve) => {
    const { place, settings } = splitAddress(path);
    return [prefix + resolve(place), ...settings].join(',');
  },
  matches: () => false,
  async open({ path }, options, openOther) {
    const { place, settings } = splitAddress(path);
    const address = parseGeneratedAddress(form, [form.name, ...settings].join(','));
    const { steps, limit, targets, ...rest } = options;
    const pictures = await openOther(place, rest);
    const { seed, numbers } = address;
    const shown = { side: numbers.side || undefined, inverted: numbers.inverted === 1 };
    const sceneOf = async (index: number) => {
      const random = new Random(seed, 3, index);
      const sample = await pictures.sample(index);
      if (sample.kind !== 'image') throw noPictures(path, pictures);
      const scene = saccadePicture(sample.image, shown, random);
      return { scene, label: sample.label, settings: { sensor: sensorOf(address), seed: random.bits() } };
    };
    const { scene } = await sceneOf(0);
    const counting = { width: scene.width, height: scene.height, ...countingOf(address, options) };
    const { size, labelled, classNames } = pictures;
    const facts = { kind: 'saccades', name: `${prefix}${pictures.name}`, size, labelled, id: pictures.id };
    return simulatedDataset({ ...facts, ...(classNames && { classNames }) }, counting, sceneOf);
  },
});

/** The place of the pictures, and the settings behind it. */
function splitAddress(address: string): { place: string; settings: string[] } {
  const parts = address.slice(prefix.length).split(',');
  const isSetting = (part: string) =>
    settingNames.includes(part.split('=', 1)[0] ?? '') && part.includes('=');
  const settings: string[] = [];
  while (parts.length > 1 && isSetting(parts.at(-1) ?? '')) settings.unshift(parts.pop() ?? '');
  return { place: parts.join(','), settings };
}

function noPictures(where: string, { kind }: Dataset): DataError {
  return new DataError({
    where,
    expected: 'pictures, which can be moved',
    got: `data of kind '${kind}'`,
    remedy: 'Give the place of pictures behind saccades:',
  });
}
