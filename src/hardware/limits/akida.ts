import { defineChipLimits } from './chip-limits.ts';

const constraints = 'BrainChip documentation, Akida 1.0 hardware constraints';

/** BrainChip Akida 1.0, AKD1000. */
export const akida = defineChipLimits({
  name: 'akida',
  title: 'Akida AKD1000',
  summary:
    'Takes networks in whole numbers, whose activations become events; room of a core is that of the chip over its cores.',
  cores: { value: 80, source: 'BrainChip documentation, overview: neural processing units' },
  spreads: true,
  neurons: {
    value: 15_000,
    source:
      'WikiChip, BrainChip Akida (personal communication of BrainChip, 2018): 1.2 million neurons on 80 units',
  },
  weightBits: { value: 4, source: `${constraints}: weights of 1, 2 and 4 bits, 8 in the first layer` },
  activationBits: { value: 4, source: `${constraints}: activations of 1, 2 and 4 bits` },
  fanIn: { value: 57_334, source: `${constraints}: inputs of a fully connected layer` },
  graded: { value: true, source: `${constraints}: activations of up to 4 bits` },
  kinds: {
    values: ['integrate-and-fire', 'offset-calibrating', 'charge-aligned', 'spike-once'],
    source: `${constraints}: quantised activations, which these neurons say in T steps`,
  },
  layers: {
    values: ['convolution', 'depthwise-convolution', 'linear', 'average-pool', 'max-pool'],
    source: `${constraints}: convolutional, separable and fully connected layers with max or global average pooling`,
  },
  kernels: { values: [1, 3, 5, 7], source: `${constraints}: kernel sizes` },
  strides: { values: [1, 2, 3], source: `${constraints}: strides, 3 in the first layer` },
});
