import { type AddressEvents, addressEvents } from '../engines/address-events.ts';
import type { SpikeTrain } from '../engines/spike-trains.ts';
import { writeNpz } from '../files/write-npz.ts';
import type { NpyArray } from '../formats/npy.ts';
import type { FloatTensor } from '../graph/float-tensor.ts';

/** Forms in which spike trains are written: arrays over all neurons and steps, or a row for each spike. */
export const spikeForms = ['dense', 'events'] as const;
export type SpikeForm = (typeof spikeForms)[number];

/** Writes spike trains as an .npz file. */
export function writeSpikes(path: string, trains: readonly SpikeTrain[], form: SpikeForm): Promise<void> {
  return writeNpz(path, new Map(trains.flatMap(form === 'dense' ? denseArrays : eventArrays)));
}

function denseArrays({ site, spikes, counts }: SpikeTrain): [string, NpyArray][] {
  const array = ({ shape, data }: FloatTensor): NpyArray => ({
    shape: [...shape],
    dataType: 'float32',
    data: Float32Array.from(data),
  });
  return [
    [site, array(spikes)],
    ...(counts ? [[`${site}.counts`, array(counts)] as [string, NpyArray]] : []),
  ];
}

function eventArrays(train: SpikeTrain): [string, NpyArray][] {
  const { site, shape, input, step, address, value, count }: AddressEvents = addressEvents(train);
  const integers = (name: string, data: Int32Array): [string, NpyArray] => [
    `${site}.${name}`,
    { shape: [data.length], dataType: 'int32', data },
  ];
  return [
    integers('shape', Int32Array.from(shape)),
    integers('input', input),
    integers('step', step),
    integers('address', address),
    [`${site}.value`, { shape: [value.length], dataType: 'float32', data: value }],
    ...(count ? [integers('count', count)] : []),
  ];
}
