import {
  type SensorName,
  type SensorSettings,
  sensorNames,
  sensors,
} from '../../events/sensor/sensor-settings.ts';
import type { DatasetOptions } from '../dataset.ts';
import type { AddressForm, GeneratedAddress } from '../generated-address.ts';
import type { CountSettings } from './simulated-dataset.ts';

/** Numbers that addresses of generated events set. */
const numbers = { steps: { least: 1, most: 10_000, fallback: 12 } } as const;

/** Words that they choose. */
const choices = {
  by: ['time', 'count'],
  sensor: ['everyday', ...sensorNames.filter((name) => name !== 'everyday')],
} as const;

type EventAddress = GeneratedAddress<keyof typeof numbers, keyof typeof choices>;

/** What addresses of generated events may say, and perhaps more numbers. */
export function eventForm<More extends string = never>(
  name: string,
  more: AddressForm<More>['numbers'],
): AddressForm<More | keyof typeof numbers, keyof typeof choices> {
  return { name, numbers: { ...numbers, ...more }, choices };
}

/** Settings of the sensor that an address names. */
export function sensorOf({ choices: { sensor } }: EventAddress): SensorSettings {
  return sensors[sensor as SensorName] ?? sensors.everyday;
}

/** How an address counts events; a number of steps that is told otherwise comes before its own. */
export function countingOf(
  address: EventAddress,
  { steps }: Pick<DatasetOptions, 'steps'>,
): Pick<CountSettings, 'steps' | 'by'> {
  return {
    steps: steps ?? address.numbers.steps,
    by: address.choices.by === 'count' ? 'count' : 'time',
  };
}
