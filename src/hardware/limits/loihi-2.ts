import { defineChipLimits } from './chip-limits.ts';

const overview = 'Open Neuromorphic, hardware guide, Loihi 2';

const orchard =
  'Orchard et al.: Efficient Neuromorphic Signal Processing with Loihi 2, SiPS 2021, arXiv:2111.03746';

/** Intel Loihi 2. */
export const loihi2 = defineChipLimits({
  name: 'loihi-2',
  title: 'Loihi 2',
  summary:
    'Cores whose neurons are programmed. Room of a core is that of the chip over its cores; a convolution keeps its weights once on each core.',
  cores: { value: 128, source: `${overview}: neuron cores of a chip` },
  spreads: true,
  neurons: { value: 8192, source: `${overview}: a million neurons on 128 cores, 2^20/128` },
  weights: { value: 937_500, source: `${overview}: 120 million synapses on 128 cores` },
  weightBits: {
    value: 8,
    source:
      'Davies et al.: Loihi, IEEE Micro 38(1), 2018, doi:10.1109/MM.2018.112130359: 1 to 9 bits, sign included',
  },
  stateBits: { value: 24, source: 'Lava, fixed-point model of LIF neurons: state variables of 24 bits' },
  graded: { value: true, source: `${overview}: spikes with a payload of up to 32 bits` },
  kinds: { values: ['any'], source: `${orchard}: neurons are programs` },
  layers: {
    values: ['convolution', 'depthwise-convolution', 'linear', 'sum', 'average-pool'],
    source: 'Lava documentation, lava.proc: Conv, Dense, Sparse; several connections to a neuron add up',
  },
});
