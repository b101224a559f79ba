import type { AnyNeuron } from '../dynamics/define-neuron.ts';
import { burstKernel } from './burst-kernel.ts';
import { chargeAlignedKernel } from './charge-aligned-kernel.ts';
import { currentBasedKernel } from './current-based-kernel.ts';
import { fewSpikesFunctionKernel } from './few-spikes-function-kernel.ts';
import { fewSpikesKernel } from './few-spikes-kernel.ts';
import { integrateAndFireKernel } from './integrate-and-fire-kernel.ts';
import { leakyIntegrateAndFireKernel } from './leaky-integrate-and-fire-kernel.ts';
import { differentialMultiThresholdKernel, multiThresholdKernel } from './multi-threshold-kernel.ts';
import type { AnyNeuronKernel } from './neuron-kernel.ts';
import { offsetCalibratingKernel } from './offset-calibrating-kernel.ts';
import { referenceKernel } from './reference-kernel.ts';
import { scaleAndFireKernel } from './scale-and-fire-kernel.ts';
import { sigmaDeltaKernel } from './sigma-delta-kernel.ts';
import { spikeOnceKernel } from './spike-once-kernel.ts';
import { stBifKernel } from './st-bif-kernel.ts';
import { timeToFirstSpikeKernel } from './time-to-first-spike-kernel.ts';

const compiled: AnyNeuronKernel[] = [
  multiThresholdKernel,
  differentialMultiThresholdKernel,
  burstKernel,
  sigmaDeltaKernel,
  scaleAndFireKernel,
  stBifKernel,
  fewSpikesKernel,
  fewSpikesFunctionKernel,
  timeToFirstSpikeKernel,
  spikeOnceKernel,
  integrateAndFireKernel,
  offsetCalibratingKernel,
  chargeAlignedKernel,
  leakyIntegrateAndFireKernel,
  currentBasedKernel,
];

/** All compiled kernels, and those of extensions. */
export const kernels: readonly AnyNeuronKernel[] = compiled;

/** Adds the kernel of a neuron of an extension. */
export function addKernel(kernel: AnyNeuronKernel): void {
  compiled.push(kernel);
}

/** Takes a kernel of an extension out again. */
export function removeKernel(kernel: AnyNeuronKernel): void {
  compiled.splice(compiled.lastIndexOf(kernel), 1);
}

/** The compiled kernel of a neuron, or else the plain one. @param keepsState whether it has to go on from a state */
export function kernelFor(neuron: AnyNeuron, keepsState = false): AnyNeuronKernel {
  const compiledOne = kernels.find((each) => each.neuron === neuron.name);
  const fits = compiledOne && (compiledOne.keptVariables !== undefined || !keepsState);
  return fits ? compiledOne : referenceKernel(neuron);
}
