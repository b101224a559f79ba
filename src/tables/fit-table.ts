import type { ChipFit, FittedLayer } from '../hardware/fit/fit-on-chip.ts';
import type { ArrivingEvents } from '../hardware/fit/measure-arrivals.ts';
import { type Cell, numberColumn, type Table, textColumn } from './table.ts';

/** A network that was fitted. */
interface Fit {
  readonly network: string;
  readonly steps: number;
  readonly chips: readonly ChipFit[];
  readonly events: Readonly<Record<string, ArrivingEvents>> | null;
}

/** Several chips side by side, a row each. */
export function chipsTable({ network, steps, chips }: Fit): Table {
  return {
    caption: `${network}, T = ${steps}, on chips`,
    columns: [
      textColumn('chip'),
      textColumn('fits'),
      numberColumn('cores', 'cores', 0),
      numberColumn('of', 'of', 0),
      numberColumn('chips', 'chips', 0),
      numberColumn('reasons', 'reasons against', 0),
    ],
    rows: chips.map(({ chip, fits, cores, coresOfChip, chips: filled, layers, problems }) => [
      chip,
      fits ? 'yes' : 'no',
      cores,
      coresOfChip,
      filled,
      problems.length + layers.reduce((sum, each) => sum + each.problems.length, 0),
    ]),
  };
}

/** What becomes of each layer, a row for each on each chip. */
export function mappingTable({ network, steps, chips, events }: Fit): Table {
  return {
    caption: `Layers of ${network}, T = ${steps}, on chips`,
    columns: [
      textColumn('chip'),
      textColumn('layer'),
      textColumn('neuron'),
      numberColumn('neurons', 'neurons', 0),
      numberColumn('weights', 'weights', 0),
      numberColumn('fan_in', 'inputs', 0),
      numberColumn('cores', 'cores', 0),
      textColumn('bound_by', 'bound by'),
      ...(events ? [numberColumn('events', 'events'), numberColumn('accumulations', 'accumulations')] : []),
    ],
    rows: chips.flatMap(({ chip, layers }) =>
      layers.map((layer) => [
        chip,
        layer.name,
        layer.neuron ?? 'read out',
        layer.neurons,
        layer.weights,
        layer.fanIn,
        layer.cores ?? null,
        layer.boundBy,
        ...(events ? eventCells(layer, events[layer.name]) : []),
      ]),
    ),
    grouped: true,
  };
}

/** Spikes and accumulations of one core in one step. */
function eventCells({ cores }: FittedLayer, arriving: ArrivingEvents | undefined): Cell[] {
  if (!arriving) return [null, null];
  return [arriving.events, cores === undefined ? null : arriving.synapses / cores];
}
