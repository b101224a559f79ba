import { defineDevice, derived, published } from '../define-device.ts';

const horowitz = 'Horowitz, ISSCC 2014, doi:10.1109/ISSCC.2014.6757323, figure 1.1.9';

/** Arithmetic in 32-bit floating point; the figures of ECMT's ratio, and what memory costs beside it. */
export const fp32In45nm = defineDevice({
  name: '45nm-fp32',
  title: '45 nm, 32-bit floating point',
  summary:
    'Single operations at 0.9 V, with weights and potentials in memories of 32 KB; no control, no DRAM.',
  weightBits: 32,
  activationBits: 32,
  stateBits: 32,
  figures: {
    multiplyAccumulate: derived(4.6, `${horowitz}: FP32 multiplication 3.7 + addition 0.9`),
    accumulate: published(0.9, `${horowitz}: FP32 addition`),
    shift: derived(
      0.03,
      `${horowitz}: 8-bit integer addition; a power of two adds to the exponent, which has 8 bits`,
    ),
    add: published(0.9, `${horowitz}: FP32 addition`),
    multiply: published(3.7, `${horowitz}: FP32 multiplication`),
    weightWord: derived(10, `${horowitz}: 20 pJ for 64 bits of a 32 KB cache, half of it for 32 bits`),
    stateWord: derived(10, `${horowitz}: 20 pJ for 64 bits of a 32 KB cache, half of it for 32 bits`),
    neuronUpdate: 'counted',
    transfer: 'counted',
  },
});
