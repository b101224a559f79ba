import type { AnyNeuron, Parameters } from '../dynamics/define-neuron.ts';
import { runNeuron } from '../dynamics/run-neuron.ts';
import { thresholdsOf } from '../dynamics/thresholds.ts';
import { firstParameters } from './first-parameters.ts';
import type { Site } from './neuron-node.ts';

/** What a spike asks of a synapse beside an addition: nothing, a shift of the weight, or a multiplication with it. */
export type SpikeScaling = 'none' | 'shift' | 'multiplication';

/** What the spikes of a site can say. */
export interface SpikeAlphabet {
  readonly scaling: SpikeScaling;
  /** Distinct values that one neuron can emit in one step, 0 and signs included. */
  readonly values: number;
  /** Bits of one spike beside its address: which of its amplitudes, and which sign. */
  readonly payloadBits: number;
}

/** What one step emits: the sum of its spikes, and their number. */
interface Emission {
  readonly spike: number;
  readonly count: number;
}

/** Inputs of each sign and spacing at which a neuron is asked what it emits. */
const probes = 1024;

/** Digits in which spikes differ: sums of several are rounded. */
const digits = 9;

/** Largest deviation of an amplitude from a power of two, in octaves, that is rounding. */
const rounding = 1e-6;

/**
 * The spikes that the neurons of a site can emit, found by asking one of them what it emits in the first two steps for
 * inputs of all sizes and both signs. A step of several spikes says which amplitudes there are only where it has one.
 */
export function spikeAlphabet(site: Site): SpikeAlphabet {
  const { neuron, attributes } = site;
  const scalars = firstParameters(site);
  const known = found.get(neuron) ?? new Map<string, SpikeAlphabet>();
  found.set(neuron, known);
  const key = JSON.stringify([attributes, scalars]);
  const alphabet = known.get(key) ?? findAlphabet(site, scalars);
  if (known.size >= mostKnown) known.clear();
  known.set(key, alphabet);
  return alphabet;
}

/** By neuron, its attributes and parameters: a network is read several times, and asking takes milliseconds a site. */
const found = new WeakMap<AnyNeuron, Map<string, SpikeAlphabet>>();

/** Alphabets of one kind of neuron that are kept at most. */
const mostKnown = 4096;

function findAlphabet(site: Site, scalars: Parameters): SpikeAlphabet {
  // Where the time of a spike is its value, nothing else about it is.
  if (site.neuron.timeline === 'slots') return { scaling: 'none', values: 2, payloadBits: 0 };
  const emitted = inputsOf(site, scalars).flatMap((input) => firstSteps(site, scalars, input));
  // Without a threshold the levels are amplitudes themselves, though few inputs call for one alone.
  const single = distinct(
    site.neuron.thresholds
      ? emitted.filter(({ count }) => count === 1).map(({ spike }) => spike)
      : site.neuron.levels(site.attributes),
  );
  const positive = [...single].filter((spike) => spike > 0);
  const negative = [...single].filter((spike) => spike < 0);
  return {
    scaling: scalingOf(positive.length > 0 ? positive : negative),
    values: distinct([0, ...emitted.map(({ spike }) => spike)]).size,
    payloadBits: Math.ceil(Math.log2(Math.max(single.size, 1))),
  };
}

function distinct(spikes: readonly number[]): Set<number> {
  return new Set([...new Set(spikes)].map((spike) => Number(spike.toPrecision(digits))));
}

/** @param amplitudes distinct spikes of one sign */
function scalingOf(amplitudes: readonly number[]): SpikeScaling {
  if (amplitudes.length <= 1) return 'none';
  const octaves = amplitudes.map((amplitude) => Math.log2(amplitude / amplitudes[0]!));
  return octaves.every((octave) => Math.abs(octave - Math.round(octave)) < rounding)
    ? 'shift'
    : 'multiplication';
}

/** Even steps find the values of a uniform code, even ratios those of a ladder. */
function inputsOf({ neuron, attributes }: Site, scalars: Parameters): number[] {
  const { positive, negative } = thresholdsOf(neuron, scalars);
  const thresholds = [positive ?? 1, negative ?? positive ?? 1];
  const levels = neuron.levels(attributes);
  const smallest = (Math.min(...thresholds) * levels[0]!) / 64;
  const largest = 2 * Math.max(...thresholds) * levels.at(-1)!;
  const even = Array.from({ length: probes }, (_, i) => (largest * (i + 0.5)) / probes);
  const ratio = Array.from(
    { length: probes },
    (_, i) => smallest * (largest / smallest) ** (i / (probes - 1)),
  );
  return [...even, ...ratio].flatMap((input) => [input, -input]);
}

/** What a neuron emits in step 1 for an input, and in step 2 when its mean turns to the other sign. */
function firstSteps({ neuron, attributes }: Site, scalars: Parameters, input: number): Emission[] {
  const hidden = neuron.rehearsal?.steps(attributes) ?? 0;
  const means = new Float64Array(hidden + 2).fill(input);
  means[hidden + 1] = -input;
  const emissions: Emission[] = [];
  runNeuron(neuron, attributes, scalars, means, (position, spike, _decoded, count) => {
    if (position >= hidden) emissions.push({ spike, count });
  });
  return emissions;
}
