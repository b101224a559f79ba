import { thresholdsOf } from '../dynamics/thresholds.ts';
import type { ParameterRun } from '../engines/segmented/parameter-runs.ts';
import { mustExist } from '../look-up.ts';
import type { SiteTrace } from '../results/traces.ts';
import type { Site } from '../spiking/neuron-node.ts';
import { membranePotential } from './membrane-potential.ts';
import type { SiteObservation } from './observe-network.ts';
import { ValueHistogram } from './value-histogram.ts';

/** Neurons of a site whose spikes are kept, evenly spread over all of them. */
const tracedNeurons = 12;

/** Neurons of a site and image whose values enter the histograms, at most, evenly spread over all of them. */
const sampledNeurons = 2 ** 13;

/** Steps whose potentials enter them, at most, evenly spread from the first to the last: the time does not grow with T. */
const sampledSteps = 16;

/** Gathers what is drawn of one site. */
export class SiteTracer {
  readonly #site: Site;
  readonly #runs: readonly ParameterRun[];
  readonly #levels: number[];
  readonly #activations: ValueHistogram;
  readonly #potentials: ValueHistogram;
  #neurons: number[] = [];
  #spikes: number[][] = [];

  /** @param runs stretches of neurons with the same parameters */
  constructor(runs: readonly ParameterRun[], { site }: Pick<SiteObservation, 'site'>) {
    this.#site = site;
    this.#runs = runs;
    this.#levels = signedLevels(site, runs);
    const smallest = Math.min(...this.#levels.filter((level) => level > 0), Number.MAX_VALUE);
    const scale = this.#levels.length > 0 ? smallest / 2 : 1;
    this.#activations = new ValueHistogram(scale);
    this.#potentials = new ValueHistogram(scale);
  }

  add(observation: SiteObservation): void {
    if (observation.image === 0) this.#trace(observation);
    const { activation, means, decoded } = observation;
    const { coding } = this.#site.neuron;
    const stride = Math.ceil(activation.length / sampledNeurons);
    for (let i = 0; i < activation.length; i += stride) this.#activations.add(activation[i]!);
    for (const t of spread(means.length, sampledSteps)) {
      const [mean, before] = [means[t - 1]!, decoded[t - 2]];
      for (let i = 0; i < mean.length; i += stride) {
        this.#potentials.add(membranePotential(coding, t, mean[i]!, before?.[i] ?? 0));
      }
    }
  }

  result(): SiteTrace {
    return {
      name: this.#site.name,
      neurons: this.#neurons,
      spikes: this.#spikes,
      levels: this.#levels,
      activations: this.#activations.result(),
      potentials: this.#potentials.result(),
    };
  }

  #trace({ activation, spikes }: SiteObservation): void {
    const size = activation.length;
    const count = Math.min(size, tracedNeurons);
    this.#neurons = Array.from({ length: count }, (_, k) => Math.floor(((k + 0.5) * size) / count));
    this.#spikes = spikes.map((step) => this.#neurons.map((i) => this.#signedLevel(step[i]!, i)));
  }

  #signedLevel(spike: number, i: number): number {
    if (spike === 0) return 0;
    const { neuron, attributes } = this.#site;
    const run = this.#runs.findLast(({ start }) => start <= i);
    const { parameters } = mustExist(run, `parameters of neuron ${i}`);
    return Math.sign(spike) * (neuron.levelOf(spike, parameters, attributes) + 1);
  }
}

/** Up to `most` of the steps 1…T, evenly spread, the first and the last among them. */
function spread(steps: number, most: number): number[] {
  const count = Math.min(steps, most);
  return Array.from({ length: count }, (_, k) => 1 + Math.round((k * (steps - 1)) / Math.max(1, count - 1)));
}

/** The level ladder of the neurons with the median threshold, in units of the activation; empty for neurons without thresholds. */
function signedLevels({ neuron, attributes }: Site, runs: readonly ParameterRun[]): number[] {
  const thresholds = runs
    .map(({ parameters }) => thresholdsOf(neuron, parameters))
    .sort((a, b) => (a.positive ?? 0) - (b.positive ?? 0));
  const { positive, negative } = thresholds[Math.floor(thresholds.length / 2)]!;
  const levels = neuron.levels(attributes);
  return [
    ...(negative === undefined ? [] : levels.map((level) => -level * negative).reverse()),
    ...(positive === undefined ? [] : levels.map((level) => level * positive)),
  ];
}
