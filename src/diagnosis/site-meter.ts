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

/** Gathers what the images say about one site. */
export class SiteMeter {
  readonly #site: Site;
  readonly #runs: readonly (ParameterRun & { readonly range: Range })[];
  readonly #channels: ChannelPower | undefined;
  readonly #alive: Uint8Array;
  readonly #sums = { power: 0, total: 0, own: 0, inherited: 0, arriving: 0, silent: 0, saturated: 0 };
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
    const [mean, last] = [means.at(-1)!, decoded.at(-1)!];
    const sums = this.#sums;
    this.#values += activation.length;
    this.#channels?.add(activation);
    for (const { start, count, range } of this.#runs) {
      for (let i = start; i < start + count; i++) {
        const [wanted, arrived, sent] = [activation[i]!, activate(standsFor, mean[i]!), last[i]!];
        sums.power += wanted ** 2;
        sums.total += (sent - wanted) ** 2;
        sums.own += (sent - arrived) ** 2;
        sums.inherited += (arrived - wanted) ** 2;
        sums.arriving += arrived ** 2;
        if (spikes.some((step) => step[i] !== 0)) this.#alive[i] = 1;
        else sums.silent += arrived ** 2;
        if (arrived < range[0] * tolerance || arrived > range[1] * tolerance) sums.saturated++;
      }
    }
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
