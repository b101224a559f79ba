import { Tensor } from '../../graph/tensor.ts';
import { integrateAndFire } from '../../neurons/integrate-and-fire.ts';
import { isSiteOf, type NeuronSpec, neuronSpec, type Site } from '../../spiking/neuron-node.ts';
import { defineFineTuning } from './define-fine-tuning.ts';

/** Progressive tandem learning. */
export const tandem = defineFineTuning({
  name: 'tandem',
  summary:
    'Layers are replaced by spiking ones one after the other; analog layers beside them, with the same weights, carry the gradients.',
  paper:
    'Wu, Xu, Zhou, Zhang, Li, Tan: Progressive Tandem Learning for Pattern Recognition with Deep Spiking Neural Networks, IEEE TPAMI 2021, arXiv:2007.01204',
  differences: [
    'It starts from the trained network with its batch normalisations folded, and neurons send values in units of the activation rather than counts.',
    'Potentials start at half the threshold, so that what is sent is rounded rather than cut off.',
    'The picture is a constant current rather than one that comes in the first step.',
    'In each stage the learning rate falls to 0 along a cosine rather than staying.',
  ],
  start: { method: 'rate', preset: 'percentile' },
  neuronsAt: fromHalf,
  trains: ['weights'],
  surrogate: 'none',
  readout: 'mean',
  target: 'labels',
  layerByLayer: true,
  defaults: { epochs: 4, batchSize: 64, learningRate: 5e-4 },
});

/** The neurons that stand there, with potentials that start at half their threshold; others stay as they are. */
function fromHalf(site: Site): NeuronSpec | undefined {
  if (!isSiteOf(site, integrateAndFire)) return undefined;
  const { neuron, attributes, parameters } = site;
  const { shape } = parameters.threshold;
  const half = parameters.threshold.toNumbers().map((value) => value / 2);
  return neuronSpec(neuron, attributes, { ...parameters, initialPotential: Tensor.float64(shape, half) });
}
