import type { EnergyBreakdown } from '../results/energy-result.ts';
import type { Operations } from './count-operations.ts';
import type { Device } from './define-device.ts';
import { int8In45nm } from './devices/45nm-int8.ts';
import { addEnergy, noEnergy } from './energy-breakdown.ts';
import { denseOperator, total } from './full-estimate.ts';
import type { OperatorCost } from './operator-costs.ts';
import { PriceList } from './price-list.ts';
import { quantisedDevice } from './quantised-device.ts';

/** What a network calculates, as far as its energy goes. */
type Calculated = Pick<Operations, 'synaptic' | 'others'>;

/** The energy of a network that does not spike, for one image on a device. @param reuse as in {@link PriceList} */
export function sourceEstimate(operations: Calculated, device: Device, reuse?: number): EnergyBreakdown {
  const prices = new PriceList(device, reuse);
  return estimate(operations, prices, () => prices);
}

/**
 * The energy of a quantised network for one image in 45 nm. What is not synaptic is calculated in 32-bit integers.
 *
 * @param bitsOf bits of the weights and activations of an operator
 */
export function quantisedEstimate(
  operations: Calculated,
  bitsOf: (operator: OperatorCost) => number,
): EnergyBreakdown {
  return estimate(
    operations,
    new PriceList(int8In45nm),
    (cost) => new PriceList(quantisedDevice(bitsOf(cost))),
  );
}

function estimate(
  { synaptic, others }: Calculated,
  prices: PriceList,
  pricesOf: (cost: OperatorCost) => PriceList,
): EnergyBreakdown {
  return [
    ...synaptic.map((cost) => denseOperator(cost, pricesOf(cost))),
    { ...noEnergy, nonSynaptic: prices.arithmetic(total(others)) },
  ].reduce(addEnergy, noEnergy);
}
