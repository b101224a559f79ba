import { defineDevice, published, substitute } from '../define-device.ts';

const hoeppner =
  'Höppner et al., Dynamic Power Management for Neuromorphic Many-Core Systems, IEEE TCAS-I 66(8), 2019, arXiv:1903.08941, as KerasSpiking (ModelEnergy) reads it';
const asSynapse = `${hoeppner}: synaptic event; nothing is published for other arithmetic`;

/** SpiNNaker, ARM968 cores in 130 nm: everything is software. */
export const spinnaker = defineDevice({
  name: 'spinnaker',
  title: 'SpiNNaker',
  summary: 'Energy by event of software on ARM cores; memory and routing are part of the synaptic event.',
  weightBits: 16,
  activationBits: 32,
  stateBits: 32,
  figures: {
    multiplyAccumulate: substitute(13_300, asSynapse),
    accumulate: published(13_300, `${hoeppner}: 13.3 nJ for a synaptic event`),
    shift: substitute(0, `${hoeppner}: part of the synaptic event, as one more instruction`),
    add: substitute(13_300, asSynapse),
    multiply: substitute(13_300, asSynapse),
    weightWord: 'included',
    stateWord: substitute(0, `${hoeppner}: part of the neuron update; nothing else is published`),
    neuronUpdate: published(26_000, `${hoeppner}: 26 nJ for a neuron update`),
    transfer: substitute(0, `${hoeppner}: part of the synaptic event`),
  },
});
