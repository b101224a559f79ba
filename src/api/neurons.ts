/**
 * Spiking neurons: small state machines over the running means of their input.
 *
 * @example
 * ```ts
 * import { neurons } from 'transpike';
 *
 * const { integrateAndFire, runNeuron } = neurons;
 * const attributes = integrateAndFire.attributes.parse({});
 * const parameters = { threshold: 1, initialPotential: 0.5, amplitude: 1 };
 * const spikes = [];
 * runNeuron(integrateAndFire, attributes, parameters, Float64Array.of(0.4, 0.4, 0.4, 0.4), (_, spike) => spikes.push(spike));
 * console.log(spikes.join(' ')); // 0 1 0 1
 * ```
 *
 * @module
 */
export {
  defineNeuron,
  type NeuronDefinition,
  type Parameters,
  type Restarted,
  type SpikeCoding,
  type State,
  type Thresholds,
} from '../dynamics/define-neuron.ts';
export { type FewSpikesGradients, fewSpikesGradients } from '../dynamics/few-spikes-gradients.ts';
export type { FewSpikesCode } from '../dynamics/few-spikes-tables.ts';
export { type InverseTimeLayer, inverseTimes } from '../dynamics/inverse-times.ts';
export { lowerPotential, lowerReset } from '../dynamics/lower-soft-reset.ts';
export { keepState, restartCharge } from '../dynamics/restarts.ts';
export { type Beginning, type OnStep, runNeuron } from '../dynamics/run-neuron.ts';
export { type FewSpikesAnswer, tellFewSpikes } from '../dynamics/tell-few-spikes.ts';
export type { AnyNeuronKernel, NeuronKernel, NeuronRun } from '../kernels/neuron-kernel.ts';
export { burst } from '../neurons/burst.ts';
export { chargeAligned } from '../neurons/charge-aligned.ts';
export { currentBased } from '../neurons/current-based.ts';
export { differentialMultiThreshold } from '../neurons/differential-multi-threshold.ts';
export { fewSpikes } from '../neurons/few-spikes.ts';
export { fewSpikesFunction } from '../neurons/few-spikes-function.ts';
export { integrateAndFire } from '../neurons/integrate-and-fire.ts';
export { leakyIntegrateAndFire } from '../neurons/leaky-integrate-and-fire.ts';
export { multiThreshold } from '../neurons/multi-threshold.ts';
export { neuronNamed, neurons as all } from '../neurons/neurons.ts';
export { offsetCalibrating } from '../neurons/offset-calibrating.ts';
export { scaleAndFire } from '../neurons/scale-and-fire.ts';
export { sigmaDelta } from '../neurons/sigma-delta.ts';
export { spikeOnce } from '../neurons/spike-once.ts';
export { stBif } from '../neurons/st-bif.ts';
export { timeToFirstSpike } from '../neurons/time-to-first-spike.ts';
