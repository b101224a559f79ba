import { runNeuron } from '../../dynamics/run-neuron.ts';
import { thresholdsOf } from '../../dynamics/thresholds.ts';
import { firstParameters } from '../../spiking/first-parameters.ts';
import type { Site } from '../../spiking/neuron-node.ts';

/** Numbers that lie at one distance: scale · k for k = lowest…highest. */
export interface EvenLevels {
  readonly scale: number;
  readonly lowest: number;
  readonly highest: number;
}

/** Inputs of each sign at which a neuron is asked what it has said after T steps. */
const probes = 1536;

/** Most levels that a byte tells apart. */
const most = 256;

/** Largest deviation of a level from its place, in distances of levels, that is rounding. */
const rounding = 1e-4;

/**
 * What the neurons of a site can have said after T steps of an input that stays the same, if that is at most 256 numbers at one distance: of integrate-and-fire
 * neurons θ·k/T with k = 0…T. Found by asking one of them for inputs of all sizes and both signs.
 *
 * @returns undefined where levels are not even, more than 256, or differ from neuron to neuron
 */
export function carriedLevels(site: Site, steps: number): EvenLevels | undefined {
  if (steps >= most || Object.values(site.parameters).some(({ size }) => size > 1)) return undefined;
  const said = new Set(inputsOf(site).map((input) => saidAfter(site, steps, input)));
  const values = [...said].sort((a, b) => a - b);
  if (!said.has(0) || values.length < 2 || values.length > 4 * most) return undefined;
  const gaps = values.slice(1).map((value, i) => value - (values[i] ?? 0));
  const largest = Math.max(...values.map(Math.abs));
  const scale = Math.min(...gaps.filter((gap) => gap > largest * 1e-7));
  const places = values.map((value) => value / scale);
  if (places.some((place) => Math.abs(place - Math.round(place)) > rounding)) return undefined;
  const whole = [...new Set(places.map(Math.round))];
  const [lowest = 0, highest = 0] = [whole[0], whole.at(-1)];
  if (highest - lowest >= most || whole.length !== highest - lowest + 1) return undefined;
  return { scale: largest / Math.max(-lowest, highest), lowest, highest };
}

function saidAfter({ neuron, attributes, ...site }: Site, steps: number, input: number): number {
  const hidden = neuron.rehearsal?.steps(attributes) ?? 0;
  let said = 0;
  const parameters = firstParameters(site);
  runNeuron(
    neuron,
    attributes,
    parameters,
    new Float64Array(hidden + steps).fill(input),
    (_, _spike, decoded) => {
      said = decoded;
    },
  );
  return said === 0 ? 0 : said;
}

/** Up to a little beyond the largest number that one step can say. */
function inputsOf(site: Site): number[] {
  const { neuron, attributes } = site;
  const { positive = 1, negative = positive } = thresholdsOf(neuron, firstParameters(site));
  const largest = 1.1 * Math.max(positive, negative) * (neuron.levels(attributes).at(-1) ?? 1);
  const one = Array.from({ length: probes }, (_, i) => (largest * (i + 0.5)) / probes);
  return [0, ...one, ...one.map((input) => -input)];
}
