import { defineDevice, derived, published } from '../define-device.ts';

const horowitz = 'Horowitz, ISSCC 2014, doi:10.1109/ISSCC.2014.6757323, figure 1.1.9';

/** Arithmetic in 16-bit floating point. Accuracy was measured in 32 bits. */
export const fp16In45nm = defineDevice({
  name: '45nm-fp16',
  title: '45 nm, 16-bit floating point',
  summary:
    'Single operations at 0.9 V, with weights and potentials in memories of 32 KB; no control, no DRAM.',
  weightBits: 16,
  activationBits: 16,
  stateBits: 16,
  figures: {
    multiplyAccumulate: derived(1.5, `${horowitz}: FP16 multiplication 1.1 + addition 0.4`),
    accumulate: published(0.4, `${horowitz}: FP16 addition`),
    shift: derived(0.03, `${horowitz}: 8-bit integer addition, for an exponent of 5 bits`),
    add: published(0.4, `${horowitz}: FP16 addition`),
    multiply: published(1.1, `${horowitz}: FP16 multiplication`),
    weightWord: derived(5, `${horowitz}: 20 pJ for 64 bits of a 32 KB cache, a quarter of it for 16 bits`),
    stateWord: derived(5, `${horowitz}: 20 pJ for 64 bits of a 32 KB cache, a quarter of it for 16 bits`),
    neuronUpdate: 'counted',
    transfer: 'counted',
  },
});
