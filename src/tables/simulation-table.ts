import type { SimulatedLayer, Simulation } from '../hardware/simulate.ts';
import { type Cell, numberColumn, percentColumn, type Table, textColumn } from './table.ts';

/** A simulation with the name of its network. */
interface NamedSimulation extends Simulation {
  readonly name: string;
}

const columns = [
  numberColumn('cycles', 'cycles', 0),
  numberColumn('queue_depth', 'queue', 0),
  numberColumn('fetches', 'rows', 1),
  numberColumn('accumulations', 'accumulated', 0),
  numberColumn('macs', 'multiplied', 0),
  numberColumn('updates', 'updates', 0),
  numberColumn('nanojoules', 'nJ'),
];

/** What networks take on a model of hardware for one sample: a row a network, or of one alone a row an operator. */
export function simulationTable(runs: readonly NamedSimulation[]): Table {
  const [first] = runs;
  const caption = `${first?.samples ?? 0} samples on ${first?.chip} with ${first?.lanes} lanes, ${first?.device}`;
  if (first && runs.length === 1) {
    const rows = first.layers.map((layer) => [layer.operator, ...cellsOf(layer)]);
    return {
      caption,
      columns: [textColumn('operator'), ...columns],
      rows: [...rows, ['all', ...cellsOf(first.total)]],
    };
  }
  return {
    caption,
    columns: [textColumn('network'), numberColumn('t', 'T', 0), percentColumn('top1', 'top-1'), ...columns],
    rows: runs.map(({ name, steps, top1, total }) => [name, steps, top1, ...cellsOf(total)]),
  };
}

function cellsOf(layer: Omit<SimulatedLayer, 'operator'>): Cell[] {
  const { cycles, queueDepth, fetches, accumulations, macs, updates, nanojoules } = layer;
  return [cycles, queueDepth, fetches, accumulations, macs, updates, nanojoules];
}
