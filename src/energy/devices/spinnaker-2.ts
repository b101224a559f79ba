import { defineDevice, published, substitute } from '../define-device.ts';

const hoeppner =
  'Höppner et al., Dynamic Power Management for Neuromorphic Many-Core Systems, IEEE TCAS-I 66(8), 2019, arXiv:1903.08941, as KerasSpiking (ModelEnergy) reads it';
const asSynapse = `${hoeppner}: synaptic event; nothing is published for other arithmetic in these terms`;

/** SpiNNaker 2, from its prototype in 28 nm with ARM M4 cores at low voltage. */
export const spinnaker2 = defineDevice({
  name: 'spinnaker-2',
  title: 'SpiNNaker 2 (prototype)',
  summary:
    'Energy by event of software on ARM cores of the 28 nm prototype. The final chip has an 8-bit multiply-accumulate array, which is not used here.',
  weightBits: 16,
  activationBits: 32,
  stateBits: 32,
  figures: {
    multiplyAccumulate: substitute(450, asSynapse),
    accumulate: published(
      450,
      `${hoeppner}: 0.45 nJ for a synaptic event at the lowest performance level; others read 1.5 nJ`,
    ),
    shift: substitute(0, `${hoeppner}: part of the synaptic event, as one more instruction`),
    add: substitute(450, asSynapse),
    multiply: substitute(450, asSynapse),
    weightWord: 'included',
    stateWord: substitute(0, `${hoeppner}: part of the neuron update; nothing else is published`),
    neuronUpdate: published(2190, `${hoeppner}: 2.19 nJ for a neuron update`),
    transfer: substitute(0, `${hoeppner}: part of the synaptic event`),
  },
});
