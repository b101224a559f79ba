import { recogniseSmoothActivation } from '../analysis/recognise-smooth-activation.ts';
import { type SpikeSite, synapticInputSites } from '../analysis/spike-sites.ts';
import { type FewSpikesTableName, fewSpikesTables } from '../dynamics/few-spikes-tables.ts';
import type { Graph } from '../graph/graph.ts';
import { fewSpikesFunction as fewSpikesFunctionNeuron } from '../neurons/few-spikes-function.ts';
import { neuronSpec } from '../spiking/neuron-node.ts';
import { defineMethod, type Preset } from './define-method.ts';
import { codeDifferences, fewSpikesPreset } from './few-spikes.ts';
import { signedSites } from './signed-sites.ts';

/** Sites at synaptic operators; where one follows a smooth activation function, the neurons take the function's place. */
function place(graph: Graph): SpikeSite[] {
  return synapticInputSites(graph).map((site) => {
    const found = recogniseSmoothActivation(graph, site.value);
    return found ? { ...site, value: found.input, activation: { kind: found.kind } } : site;
  });
}

/** The code of a site's activation function; `undefined` for a tensor that is carried as it is. */
function codeFor({ activation }: SpikeSite): FewSpikesTableName | undefined {
  const names = Object.keys(fewSpikesTables) as FewSpikesTableName[];
  return names.find((name) => fewSpikesTables[name].activation === activation?.kind);
}

/** Plain few-spikes neurons, and neurons that compute activation functions where there are any. */
function preset(bits: number): Preset {
  const plain = fewSpikesPreset(bits, [
    ...codeDifferences,
    'Codes of activation functions have 12 internal steps and come from an evolution strategy.',
  ]);
  return {
    ...plain,
    calibrate(site, steps) {
      const code = codeFor(site);
      if (code === undefined) return plain.calibrate(site, steps);
      const finish = () => neuronSpec(fewSpikesFunctionNeuron, { code }, {});
      return { observe: () => undefined, finish };
    },
  };
}

/**
 * Few-spikes conversion with neurons that compute the activation functions: binary codes as in `few-spikes`, and in the
 * place of GELU, SiLU and sigmoid before a synaptic operator a fitted code whose spikes add up to the function.
 */
export const fewSpikesFunction = defineMethod({
  name: 'few-spikes-function',
  summary: 'Few-spikes neurons that also compute GELU, SiLU and sigmoid by their spikes.',
  paper: fewSpikesFunctionNeuron.paper,
  passes: signedSites.passes,
  place,
  defaultPreset: 'bits-6',
  finest: 'bits-6',
  presets: { 'bits-6': preset(6), 'bits-4': preset(4) },
});
