import { activate } from '../analysis/activation.ts';
import type { SynapticOperator } from '../analysis/synaptic-operators.ts';
import type { ParameterRun } from '../engines/segmented/parameter-runs.ts';
import { sizeOf } from '../graph/shape.ts';
import type { SiteDiagnosis } from '../results/diagnosis-result.ts';
import type { Site } from '../spiking/neuron-node.ts';
import { ChannelPower, channelAxis } from './channel-outliers.ts';
import type { SiteObservation } from './observe-network.ts';
import { type Range, representableRange } from './representable-range.ts';

/** float32 may round a value that is just the largest one upwards. */
const tolerance = 1 + 1e-6;

/** Sums over neurons and images: of squares, and how many are saturated. */
interface SiteSums {
  readonly power: number;
  readonly total: number;
  readonly own: number;
  readonly inherited: number;
  readonly arriving: number;
  readonly silent: number;
  readonly saturated: number;
}

/** Gathers what the images say about one site. */
export class SiteMeter {
  readonly #site: Site;
  readonly #runs: readonly (ParameterRun & { readonly range: Range })[];
  readonly #channels: ChannelPower | undefined;
  readonly #alive: Uint8Array;
  readonly #sums: Record<keyof SiteSums, number> = {
    power: 0,
    total: 0,
    own: 0,
    inherited: 0,
    arriving: 0,
    silent: 0,
    saturated: 0,
  };
  #values = 0;

  /**
   * @param operators of the network
   * @param runs stretches of neurons with the same parameters
   */
  constructor(
    operators: readonly SynapticOperator[],
    runs: readonly ParameterRun[],
    { site, means }: Pick<SiteObservation, 'site' | 'means'>,
  ) {
    const { shape } = site;
    this.#site = site;
    this.#runs = runs.map((run) => ({
      ...run,
      range: representableRange(site.neuron, site.attributes, run.parameters, means.length),
    }));
    const axis = channelAxis(operators, site.readers, shape.length);
    this.#channels = axis === undefined ? undefined : new ChannelPower(shape, axis);
    this.#alive = new Uint8Array(sizeOf(shape));
  }

  add({ activation, means, decoded, spikes }: SiteObservation): void {
    const { neuron, attributes } = this.#site;
    const standsFor = neuron.standsFor?.(attributes) ?? { kind: 'identity' };
    const mean = means.at(-1)!;
    const last = decoded.at(-1)!;
    const fired = firedIn(spikes);
    this.#values += activation.length;
    this.#channels?.add(activation);
    for (const { start, count, range } of this.#runs) {
      const lowest = range[0] * tolerance;
      const highest = range[1] * tolerance;
      // Numbers of their own: millions of neurons add to them.
      let [power, total, own, inherited, arriving, silent, saturated] = [0, 0, 0, 0, 0, 0, 0];
      for (let i = start; i < start + count; i++) {
        const wanted = activation[i]!;
        const arrived = activate(standsFor, mean[i]!);
        const sent = last[i]!;
        power += wanted * wanted;
        total += (sent - wanted) ** 2;
        own += (sent - arrived) ** 2;
        inherited += (arrived - wanted) ** 2;
        arriving += arrived * arrived;
        if (fired[i] === 1) this.#alive[i] = 1;
        else silent += arrived * arrived;
        if (arrived < lowest || arrived > highest) saturated++;
      }
      this.#add({ power, total, own, inherited, arriving, silent, saturated });
    }
  }

  #add(sums: SiteSums): void {
    for (const name of Object.keys(sums) as (keyof SiteSums)[]) this.#sums[name] += sums[name];
  }

  result(): SiteDiagnosis {
    const { power, total, own, inherited, arriving, silent, saturated } = this.#sums;
    const relative = (squares: number) => (power > 0 ? Math.sqrt(squares / power) : 0);
    return {
      name: this.#site.name,
      neuron: this.#site.neuron.name,
      error: { total: relative(total), own: relative(own), inherited: relative(inherited) },
      saturated: saturated / this.#values,
      dead: this.#alive.filter((each) => each === 0).length / this.#alive.length,
      silentSignal: arriving > 0 ? silent / arriving : 0,
      outliers: this.#channels?.outliers() ?? null,
    };
  }
}

/** 1 for every neuron that emitted a spike in one of the steps. */
function firedIn(spikes: readonly Float32Array[]): Uint8Array {
  const fired = new Uint8Array(spikes[0]?.length ?? 0);
  for (const step of spikes) for (let i = 0; i < step.length; i++) if (step[i] !== 0) fired[i] = 1;
  return fired;
}
