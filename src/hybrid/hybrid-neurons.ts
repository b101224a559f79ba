import { leakOf, spikesSuffix } from '../architectures/event-hybrid.ts';
import type { Model } from '../graph/model.ts';
import { lookUp } from '../look-up.ts';
import { leakyIntegrateAndFire } from '../neurons/leaky-integrate-and-fire.ts';
import { type PlacedNeurons, readersOf } from '../spiking/neuron-node.ts';

/** Threshold and amplitude of all neurons: batch normalisation scales what they receive. */
const threshold = 1;

/** The neurons of a hybrid network, in the place of the activations before its border; their sites are called as their layers are. */
export function hybridNeurons({ graph }: Model): PlacedNeurons<typeof leakyIntegrateAndFire>[] {
  const attributes = leakyIntegrateAndFire.attributes.parse({
    activation: 'clip',
    activationUpper: threshold,
  });
  return graph.nodes
    .filter(({ name }) => name.endsWith(spikesSuffix))
    .map(({ name, inputs: [value = ''], outputs: [output = ''] }) => {
      const path = name.slice(0, -spikesSuffix.length);
      return {
        neuron: leakyIntegrateAndFire,
        attributes,
        parameters: {
          threshold,
          initialPotential: 0,
          leak: lookUp(graph.initializers, leakOf(path), 'constant'),
          amplitude: threshold,
        },
        name: path,
        value,
        readers: readersOf(graph, output),
      };
    });
}
