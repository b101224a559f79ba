import { parameterReader } from '../../engines/site-parameters.ts';
import { sizeOf } from '../../graph/shape.ts';
import { currentBased } from '../../neurons/current-based.ts';
import { integrateAndFire } from '../../neurons/integrate-and-fire.ts';
import { leakyIntegrateAndFire } from '../../neurons/leaky-integrate-and-fire.ts';
import { isSiteOf, type Site } from '../../spiking/neuron-node.ts';
import type { CircuitPopulation } from './circuit.ts';
import { Unsuited } from './unsuited.ts';

/** The numbers of a population, and what a spike of each channel is worth. */
export type PopulationNumbers = Pick<
  CircuitPopulation,
  'threshold' | 'initialPotential' | 'leak' | 'fires'
> & {
  readonly amplitude: Float64Array;
};

/**
 * The neurons of a site as a population.
 *
 * @param shape of a sample; undefined: only whether they can be one
 * @throws Unsuited
 */
export function populationOf(site: Site, shape: readonly number[] | undefined): PopulationNumbers {
  const fires = firingOf(site);
  const count = shape ? sizeOf(shape) : 1;
  const read = parameterReader(site, shape ? [1, ...shape] : [1]);
  const numbers = (name: string, fallback: number) =>
    Float64Array.from(
      { length: shape ? count : 0 },
      (_, i) => (read(i) as Record<string, number>)[name] ?? fallback,
    );
  const amplitudes = numbers('amplitude', 1);
  const channels = shape?.[0] ?? 1;
  const each = count / channels;
  const amplitude = Float64Array.from({ length: channels }, (_, c) => amplitudes[c * each] ?? 1);
  if (amplitudes.some((value, i) => value !== amplitude[Math.floor(i / each)])) {
    throw new Unsuited('spikes of one channel that say different things');
  }
  const gain = numbers('gain', 1);
  if (gain.some((value) => value !== 1)) throw new Unsuited('a gain of what arrives');
  return {
    threshold: numbers('threshold', 1),
    initialPotential: numbers('initialPotential', 0),
    leak: numbers('leak', 1),
    fires,
    amplitude,
  };
}

function firingOf(site: Site): CircuitPopulation['fires'] {
  if (isSiteOf(site, integrateAndFire)) return 'reaching';
  if (isSiteOf(site, leakyIntegrateAndFire)) {
    if (site.attributes.order === 'delayed') throw new Unsuited('neurons that answer a step later');
    return site.attributes.fires;
  }
  if (isSiteOf(site, currentBased)) {
    const { synapticLeak, drive } = site.parameters;
    const isPlain = [synapticLeak, drive].every((tensor) => tensor.toNumbers().every((value) => value === 0));
    if (site.attributes.reset !== 'subtract') throw new Unsuited('a reset to a value');
    if (!isPlain) throw new Unsuited('synaptic currents, or a drive');
    return 'exceeding';
  }
  throw new Unsuited(`neurons '${site.neuron.name}', which are no integrate-and-fire neurons`);
}
