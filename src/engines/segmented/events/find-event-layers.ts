import { definePass } from '../../../graph/define-pass.ts';
import type { Graph } from '../../../graph/graph.ts';
import type { Model } from '../../../graph/model.ts';
import { node } from '../../../graph/node.ts';
import { valuesReadBy } from '../../../graph/operation.ts';
import { integrateAndFire } from '../../../neurons/integrate-and-fire.ts';
import { isNeuron, isSiteOf, type Site } from '../../../spiking/neuron-node.ts';
import { engineDomain } from '../integer-product.ts';
import type { EventLayer } from './event-layer.ts';
import { byChannel, LinearForms } from './linear-form.ts';

/** The event-driven layers by the name of the node that stands for them, which is that of the site. */
export type EventLayers = ReadonlyMap<string, EventLayer>;

/**
 * Finds the layers of integrate-and-fire neurons that can be driven by events: what arrives at them are convolutions, products,
 * sums and shortcuts of the spikes of such neurons, or the same at every step. Each becomes a node of its own, which
 * reads and writes spikes as bits; the operators in between go, unless something else reads them.
 *
 * @param model the network of one step
 * @param overTime inputs that change from step to step
 */
export const findEventLayers = definePass({
  name: 'event-layers',
  summary: 'Integrate-and-fire neurons and the operators that lead to them are driven by events.',
  rewrites: 'input',
  apply(model: Model, sites: readonly Site[], overTime: ReadonlySet<string>): EventLayers {
    const { graph } = model;
    model.opsets.set(engineDomain, 1);
    const layers = new Map<string, EventLayer>();
    const forms = new LinearForms(graph, valuesOverTime(graph, overTime), layers);
    for (const site of sites) {
      const layer = graph.producerOf(site.decoded) && eventLayer(graph, site, forms);
      if (layer) layers.set(site.decoded, layer);
    }
    for (const layer of layers.values()) replaceNeurons(graph, layer);
    graph.removeDeadNodes();
    return new Map([...layers.values()].map((layer) => [layer.site.name, layer]));
  },
});

function eventLayer(graph: Graph, site: Site, forms: LinearForms): EventLayer | undefined {
  if (!isSiteOf(site, integrateAndFire)) return undefined;
  const form = forms.of(site.value);
  if (!form) return undefined;
  const { threshold, amplitude, initialPotential } = site.parameters;
  const thresholds = byChannel(threshold, form);
  const amplitudes = byChannel(amplitude, form);
  const potentials = byChannel(initialPotential, form);
  if (!thresholds || !amplitudes || !potentials) return undefined;
  const { planar, channels, terms, current } = form;
  return {
    site,
    planar,
    channels,
    terms,
    current,
    events: graph.freshName(`${site.name}.events`),
    biases: Float32Array.from(form.biases),
    thresholds: Float32Array.from(thresholds),
    amplitudes: Float32Array.from(amplitudes),
    initialPotentials: Float32Array.from(potentials),
  };
}

function replaceNeurons(graph: Graph, { site, terms, current, events }: EventLayer): void {
  const neurons = graph.producerOf(site.decoded);
  if (!neurons) return;
  const inputs = current === undefined ? terms.map((term) => term.events) : [current];
  const outputs = [...neurons.outputs, events];
  graph.replaceNode(
    neurons,
    node('EventLayer', inputs, outputs, {}, { name: neurons.name, domain: engineDomain }),
  );
}

/** The values that differ from step to step: those behind neurons and inputs over time. */
function valuesOverTime(graph: Graph, inputs: ReadonlySet<string>): Set<string> {
  const found = new Set(inputs);
  for (const each of graph.nodes) {
    if (!isNeuron(each) && ![...valuesReadBy(each)].some((name) => found.has(name))) continue;
    for (const name of each.outputs) found.add(name);
  }
  return found;
}
