import { devices } from '../energy/devices/devices.ts';
import { methods } from '../methods/methods.ts';
import { neurons } from '../neurons/neurons.ts';
import type { DeviceFigure } from '../results/energy-result.ts';
import { numberColumn, type Table, textColumn } from './table.ts';

/** All conversion methods with their presets, the default one first. */
export function methodsTable(): Table {
  return {
    caption: 'conversion methods',
    columns: [
      textColumn('method'),
      textColumn('converts'),
      textColumn('presets'),
      textColumn('summary', 'what it is'),
    ],
    rows: methods.map(({ name, converts, presets, defaultPreset, summary }) => [
      name,
      converts === undefined ? 'any network' : 'ReLU networks',
      [defaultPreset, ...Object.keys(presets).filter((preset) => preset !== defaultPreset)].join(', '),
      summary,
    ]),
  };
}

/** All neurons. */
export function neuronsTable(): Table {
  return {
    caption: 'neurons',
    columns: [textColumn('neuron'), textColumn('coding'), textColumn('summary', 'what it does')],
    rows: neurons.map(({ name, coding, summary }) => [name, coding, summary]),
  };
}

/** All devices with the energies of their commonest events. */
export function devicesTable(): Table {
  const figure = (of: DeviceFigure | string) => (typeof of === 'string' ? null : of.picojoules);
  return {
    caption: 'devices',
    columns: [
      textColumn('device'),
      textColumn('title'),
      numberColumn('accumulate_pj', 'add pJ', 2),
      numberColumn('multiply_accumulate_pj', 'MAC pJ', 2),
      numberColumn('state_word_pj', 'state pJ', 2),
      numberColumn('neuron_update_pj', 'update pJ', 2),
    ],
    rows: devices.map(({ name, title, figures }) => [
      name,
      title,
      figure(figures.accumulate),
      figure(figures.multiplyAccumulate),
      figure(figures.stateWord),
      figure(figures.neuronUpdate),
    ]),
  };
}
