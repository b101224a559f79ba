import type { AnyNeuron } from '../../neurons/define-neuron.ts';
import { chargeAlignedKernel } from './charge-aligned-kernel.ts';
import { integrateAndFireKernel } from './integrate-and-fire-kernel.ts';
import { differentialMultiThresholdKernel, multiThresholdKernel } from './multi-threshold-kernel.ts';
import type { AnyNeuronKernel } from './neuron-kernel.ts';
import { offsetCalibratingKernel } from './offset-calibrating-kernel.ts';
import { referenceKernel } from './reference-kernel.ts';

/** All compiled kernels. */
export const kernels: readonly AnyNeuronKernel[] = [
  multiThresholdKernel,
  differentialMultiThresholdKernel,
  integrateAndFireKernel,
  offsetCalibratingKernel,
  chargeAlignedKernel,
];

/** The compiled kernel of a neuron, or else the plain one. */
export function kernelFor(neuron: AnyNeuron): AnyNeuronKernel {
  return kernels.find((each) => each.neuron === neuron.name) ?? referenceKernel(neuron);
}
