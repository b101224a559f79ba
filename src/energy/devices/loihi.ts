import { defineDevice, published, substitute } from '../define-device.ts';

const davies =
  'Davies et al., Loihi: A Neuromorphic Manycore Processor with On-Chip Learning, IEEE Micro 38(1), 2018, doi:10.1109/MM.2018.112130359, table 2';
const asSynapse = `${davies}: synaptic operation; nothing is published for other arithmetic`;

/** Intel Loihi, 14 nm, pre-silicon figures of its makers at 0.75 V. */
export const loihi = defineDevice({
  name: 'loihi',
  title: 'Loihi',
  summary:
    'Energy by event of the neuromorphic cores. The chip can run neither the source network nor normalisation and softmax: their arithmetic is billed like synaptic operations, so the ratio is a comparison of counts.',
  weightBits: 8,
  activationBits: 8,
  stateBits: 24,
  figures: {
    multiplyAccumulate: substitute(23.6, asSynapse),
    accumulate: published(23.6, `${davies}: energy of a synaptic spike operation, its minimum`),
    shift: substitute(
      0,
      `${davies}: spikes are binary; a level is an axon of its own with its copy of the weights`,
    ),
    add: substitute(23.6, asSynapse),
    multiply: substitute(23.6, asSynapse),
    weightWord: 'included',
    stateWord: substitute(
      0,
      `${davies}: potentials are part of the neuron update; nothing else is published`,
    ),
    neuronUpdate: published(81, `${davies}: energy of an active neuron update`),
    transfer: published(1.7, `${davies}: energy of a spike within a tile; hops between tiles are left out`),
  },
});
