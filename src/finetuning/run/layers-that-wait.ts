import type { Model } from '../../graph/model.ts';
import { leakyIntegrateAndFire } from '../../neurons/leaky-integrate-and-fire.ts';
import { isSiteOf, sitesOf } from '../../spiking/neuron-node.ts';

/**
 * How many layers of neurons that answer one step later stand one behind the other, on the longest way through a spiking model: up to that step
 * its output says nothing of the input.
 */
export function layersThatWait(spiking: Model): number {
  const waiting = new Set(
    sitesOf(spiking)
      .filter((site) => isSiteOf(site, leakyIntegrateAndFire) && site.attributes.order === 'delayed')
      .map(({ node }) => node),
  );
  const layers = new Map<string, number>();
  for (const node of spiking.graph.nodes) {
    const before = Math.max(0, ...node.inputs.map((name) => layers.get(name) ?? 0));
    for (const output of node.outputs) layers.set(output, before + Number(waiting.has(node)));
  }
  return Math.max(0, ...spiking.graph.outputs.map(({ name }) => layers.get(name) ?? 0));
}
