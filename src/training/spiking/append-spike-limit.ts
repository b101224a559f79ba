import { times } from '../../differentiation/gradient-operators.ts';
import { definePass } from '../../graph/define-pass.ts';
import { GraphBuilder } from '../../graph/graph-builder.ts';
import type { Model } from '../../graph/model.ts';
import type { SpikesOfSite } from './unroll-intervals.ts';

/** How many spikes are free. */
export interface SpikeLimit {
  /** Spikes a neuron and step, as the mean of a layer and a batch; one number a layer, or one for all. */
  readonly rate: number | readonly number[];
  readonly weight: number;
}

/**
 * Appends what more spikes than a limit cost: weight · Σ max(0, r − rate) over the sites, r the spikes a neuron and step of the site.
 *
 * @returns the name of the number
 */
export const appendSpikeLimit = definePass({
  name: 'spike-limit',
  summary: 'What more spikes than a limit cost is appended.',
  rewrites: 'input',
  apply({ graph }: Model, sites: readonly SpikesOfSite[], { rate, weight }: SpikeLimit): string {
    const build = new GraphBuilder(graph, 'spikeLimit.');
    const excesses = sites.map(({ spikes }, i) => {
      const mean = build.op('ReduceMean', [spikes], { keepdims: 0 });
      const limit = typeof rate === 'number' ? rate : (rate[Math.min(i, rate.length - 1)] ?? 0);
      return build.op('Relu', [build.op('Sub', [mean, build.scalar('limit', limit)])]);
    });
    return times(
      build,
      excesses.reduce((sum, each) => build.op('Add', [sum, each])),
      weight,
    );
  },
});
