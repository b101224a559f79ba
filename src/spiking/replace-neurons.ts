import { definePass } from '../graph/define-pass.ts';
import type { Model } from '../graph/model.ts';
import { domain } from './domain.ts';
import { insertNeurons, type NeuronSpec, type Site, sitesOf } from './neuron-node.ts';

/** Other neurons at the sites of a spiking model, where the choice names any: they receive and emit what those did. */
export const replaceNeurons = definePass({
  name: 'replace-neurons',
  summary: 'Other neurons stand at sites of a spiking model.',
  rewrites: 'copy',
  apply(spiking: Model, choose: (site: Site) => NeuronSpec | undefined): Model {
    const model = spiking.clone();
    const { graph } = model;
    for (const site of sitesOf(model)) {
      const spec = choose(site);
      if (!spec) continue;
      const { name, value, readers, decoded, node } = site;
      graph.removeNode(node);
      const byName = new Map(graph.consumersOf(decoded).map((reader) => [reader.name, reader]));
      for (const initializer of Object.values(site.parameterValues)) {
        if (graph.consumersOf(initializer).length === 0) graph.removeInitializer(initializer);
      }
      insertNeurons(model, { name, value, readers, ...spec }, (reader) => byName.get(reader)!);
    }
    const used = new Set(graph.nodes.map(({ opType }) => opType));
    model.functions = model.functions.filter((each) => each.domain !== domain || used.has(each.name));
    return model;
  },
});
