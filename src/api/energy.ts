/**
 * Estimates of energy: ECMT's ratio, a full estimate on a device, and the source network in equal bits; and models of hardware that
 * run networks spike by spike.
 *
 * @example
 * ```ts
 * import { energy, openNetwork } from 'transpike';
 *
 * const { model } = await openNetwork('vit/');
 * const operations = await energy.countOperations(model);
 * const [device] = energy.devices;
 * const picojoules = energy.totalEnergy(energy.sourceEstimate(operations, device));
 * console.log(device.name, picojoules > 0); // 45nm-fp32 true
 * ```
 *
 * @module
 */
export { breakEven } from '../energy/break-even.ts';
export { countOperations, type Operations } from '../energy/count-operations.ts';
export { type Device, defineDevice } from '../energy/define-device.ts';
export { devices } from '../energy/devices/devices.ts';
export { ecmtRatio, type OperatorActivity, operatorActivities } from '../energy/ecmt-ratio.ts';
export { energyTerms, totalEnergy } from '../energy/energy-breakdown.ts';
export { fullEstimate, type RunEnd, realisedEstimate } from '../energy/full-estimate.ts';
export { type OperatorCost, operatorCosts } from '../energy/operator-costs.ts';
export { spikeDrivenShare } from '../energy/operator-labels.ts';
export { realisations } from '../energy/realisations/realisations.ts';
export { defineRealisation, type Realisation, type RealisedWork } from '../energy/realised-work.ts';
export { quantisedEstimate, sourceEstimate } from '../energy/source-estimate.ts';
export { type SpikingLoad, spikingLoad } from '../energy/spiking-load.ts';
export { chipNamed, chips } from '../hardware/chips/chips.ts';
export {
  type Chip,
  type ChipSettings,
  defineChip,
  type LayerRun,
  type LayerTrace,
} from '../hardware/define-chip.ts';
export { type ChipFit, type FittedLayer, fitOnChip, type NetworkToFit } from '../hardware/fit/fit-on-chip.ts';
export type { ArrivingEvents } from '../hardware/fit/measure-arrivals.ts';
export { type LayerSynapses, type NetworkLayer, networkLayers } from '../hardware/fit/network-layers.ts';
export { type ChipLimits, defineChipLimits } from '../hardware/limits/chip-limits.ts';
export { knownChips, limitsOf } from '../hardware/limits/known-chips.ts';
export {
  type LabelledBatch,
  type SimulatedLayer,
  type Simulation,
  type SimulationOptions,
  simulate,
} from '../hardware/simulate.ts';
export { type FitSettings, fitNetwork, type NetworkFit } from '../jobs/fit-network.ts';
export {
  type SimulatedNetwork,
  type SimulateSettings,
  simulateNetworks,
} from '../jobs/simulate-networks.ts';
export type {
  BreakEven,
  DeviceFigure,
  EnergyBreakdown,
  LabelledOperator,
  OperatorLabel,
} from '../results/energy-result.ts';
