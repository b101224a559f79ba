import { RuntimeError } from '../../../errors.ts';
import { convolvedLengths } from '../window.ts';
import { type EventLayer, pixelOf } from './event-layer.ts';

/**
 * Lengths of the spikes that a layer makes: [N, height, width, pixel].
 *
 * @param dimsOf lengths of one step of a value
 * @throws RuntimeError if what is added up differs in its lengths
 */
export function eventDims(
  { site, terms, current, channels, planar }: EventLayer,
  dimsOf: (value: string) => readonly number[],
): number[] {
  const pixel = pixelOf(channels);
  if (current !== undefined) {
    const [batch = 1, , ...places] = dimsOf(current);
    return [batch, ...(planar ? places : [1, 1]), pixel];
  }
  const all = terms.map(({ events, window }) => {
    const [batch = 1, height = 1, width = 1] = dimsOf(events);
    return [batch, ...convolvedLengths(window, [height, width]), pixel];
  });
  const [first = [], ...others] = all;
  const different = others.find((each) => String(each) !== String(first));
  if (!different) return first;
  throw new RuntimeError({
    where: `site '${site.name}'`,
    expected: `terms of a sum with the same lengths, ${first.slice(0, 3).join('×')} places`,
    got: different.slice(0, 3).join('×'),
    remedy: 'Use the in-graph engine',
  });
}

/** Lengths of the spikes, or of what they decode to, as numbers. @param events lengths as bits */
export function numberDims({ channels, planar }: EventLayer, events: readonly number[]): number[] {
  const [batch = 1, height = 1, width = 1] = events;
  return planar ? [batch, channels, height, width] : [batch, channels];
}
