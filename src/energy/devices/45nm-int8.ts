import { defineDevice, derived, published } from '../define-device.ts';

const horowitz = 'Horowitz, ISSCC 2014, doi:10.1109/ISSCC.2014.6757323, figure 1.1.9';

/** 8-bit weights and activations; potentials, normalisation and softmax in 32-bit integers. */
export const int8In45nm = defineDevice({
  name: '45nm-int8',
  title: '45 nm, 8-bit integers',
  summary:
    'Single operations at 0.9 V, with weights and potentials in memories of 32 KB; no control, no DRAM. Accumulations are billed at 8 bits, as in the literature, though accumulators are wider.',
  weightBits: 8,
  activationBits: 8,
  stateBits: 32,
  eightBits: { multiplication: 0.2, addition: 0.03 },
  figures: {
    multiplyAccumulate: derived(0.23, `${horowitz}: 8-bit multiplication 0.2 + addition 0.03`),
    accumulate: published(0.03, `${horowitz}: 8-bit addition`),
    shift: published(
      0.024,
      'You, Shi, Guo, Lin, ShiftAddViT, NeurIPS 2023, arXiv:2306.06446: 8-bit shift in 45 nm, as quoted by Xue et al., NeurIPS 2025, arXiv:2501.14490',
    ),
    add: published(0.1, `${horowitz}: 32-bit integer addition`),
    multiply: published(3.1, `${horowitz}: 32-bit integer multiplication`),
    weightWord: derived(2.5, `${horowitz}: 20 pJ for 64 bits of a 32 KB cache, an eighth of it for 8 bits`),
    stateWord: derived(10, `${horowitz}: 20 pJ for 64 bits of a 32 KB cache, half of it for 32 bits`),
    neuronUpdate: 'counted',
    transfer: 'counted',
  },
});
