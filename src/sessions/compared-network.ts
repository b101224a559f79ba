import { structureOf } from '../analysis/source-structure.ts';
import { lookUp } from '../look-up.ts';
import type { SpikingNetwork } from '../spiking/network-kind.ts';
import type { Site } from '../spiking/neuron-node.ts';
import { toSourceForm } from '../spiking/spiking-form.ts';
import { type MeasuredSource, measureSource } from './measure-source.ts';

/** A spike site that knows its neurons. */
export interface MeasuredSite extends Site {
  /** Shape of its neurons for one sample, [1, …]. */
  readonly shape: readonly number[];
}

/** A spiking network with the network that it came from, to be compared with it. */
export interface ComparedNetwork extends SpikingNetwork {
  readonly sites: readonly MeasuredSite[];
  readonly source: MeasuredSource;
}

/** Puts a spiking network beside its source. It is done once, and the pair handed on. @throws RuntimeError if the source does not run */
export async function besideSource(network: SpikingNetwork): Promise<ComparedNetwork> {
  const source = await measureSource(structureOf(toSourceForm(network.model)));
  const sites = network.sites.map((site) => ({
    ...site,
    shape: lookUp(source.shapes, site.carried, 'shape of value'),
  }));
  return { ...network, sites, source };
}
