import { defineChipLimits } from './chip-limits.ts';

const sinabs = 'Sinabs documentation, Speck overview';

/** SynSense Speck 2e and 2f. */
export const speck = defineChipLimits({
  name: 'speck',
  title: 'Speck 2f',
  summary: 'Nine cores, each of which is one convolution, its neurons and a sum over 1, 2 or 4 places.',
  cores: { value: 9, source: `${sinabs}: DYNAP-CNN layers` },
  spreads: false,
  sizes: {
    values: [
      ...Array.from({ length: 3 }, () => ({ weights: 16_384, neurons: 65_536 })),
      ...Array.from({ length: 2 }, () => ({ weights: 32_768, neurons: 32_768 })),
      ...Array.from({ length: 2 }, () => ({ weights: 65_536, neurons: 16_384 })),
      ...Array.from({ length: 2 }, () => ({ weights: 16_384, neurons: 16_384 })),
    ],
    source: `${sinabs}, figure of memory constraints: kernel and neuron memory of each core; 0.32 M neurons in all`,
  },
  layout: 'powers-of-two',
  weightBits: { value: 8, source: `${sinabs}: weight resolution` },
  stateBits: { value: 16, source: `${sinabs}: neuron state resolution` },
  destinations: { value: 2, source: `${sinabs}: fan-out of a layer` },
  graded: { value: false, source: `${sinabs}: events are addresses` },
  kinds: {
    values: ['integrate-and-fire'],
    source: 'Sinabs documentation, frequent questions: IAF activation',
  },
  layers: {
    values: ['convolution', 'depthwise-convolution', 'linear', 'sum', 'average-pool'],
    source:
      'Sinabs documentation, frequent questions: Conv2d, AvgPool, SumPool, Linear, Flatten; several cores may send to one',
  },
  kernels: { values: Array.from({ length: 16 }, (_, i) => i + 1), source: `${sinabs}: kernels up to 16×16` },
  strides: { values: [1, 2, 4, 8], source: `${sinabs}: strides` },
  channels: { value: 1024, source: `${sinabs}: channels` },
});
