import { defineDevice, substitute } from '../define-device.ts';

const loihi1 =
  'no energy by event is published for Loihi 2 (Orchard et al., SiPS 2021, arXiv:2111.03746, and Shrestha et al., ICASSP 2024, arXiv:2310.03251, give whole networks); the figure of Loihi, Davies et al., IEEE Micro 38(1), 2018, table 2, stands in, probably too high for a newer process';

/** Intel Loihi 2: graded spikes, but no published energy by event. */
export const loihi2 = defineDevice({
  name: 'loihi-2',
  title: 'Loihi 2',
  summary:
    'Figures of Loihi, since none by event are published. Spikes are graded: a level is multiplied with the weight inside the synaptic operation.',
  weightBits: 8,
  activationBits: 8,
  stateBits: 24,
  figures: {
    multiplyAccumulate: substitute(23.6, loihi1),
    accumulate: substitute(23.6, loihi1),
    shift: substitute(0, loihi1),
    add: substitute(23.6, loihi1),
    multiply: substitute(23.6, loihi1),
    weightWord: 'included',
    stateWord: substitute(0, loihi1),
    neuronUpdate: substitute(81, loihi1),
    transfer: substitute(1.7, loihi1),
  },
});
