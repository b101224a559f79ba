import type { Retrieval } from '../retrieval/retrieval-result.ts';
import { numberColumn, percentColumn, type Table, textColumn } from './table.ts';

/** Methods beside each other: what they find, and what that costs. */
export function retrievalTable({ methods }: Retrieval): Table {
  const energyOf = (name: string, device: string) =>
    methods.find((each) => each.name === name)?.energy.find((each) => each.device === device);
  return {
    caption: 'Sources in snapshots of a sensor array',
    columns: [
      textColumn('method'),
      numberColumn('nmse', 'NMSE dB', 2),
      percentColumn('hit_rate', 'hit'),
      numberColumn('false_peaks', 'false/snap.', 3),
      numberColumn('rmse', 'RMSE·M', 3),
      numberColumn('rmse_over_bound', '/bound', 2),
      numberColumn('refined_rmse_over_bound', 'refined/bound', 2),
      numberColumn('operations', 'operations', 0),
      numberColumn('spikes_per_unit', 'spikes/unit', 3),
      numberColumn('energy_45nm_int8_nj', '45nm-int8 nJ', 0),
      numberColumn('energy_equal_bits', '/equal bits', 2),
      numberColumn('energy_spinnaker_2', 'SpiNNaker 2', 2),
    ],
    rows: methods.map((each) => [
      each.name,
      each.nmse,
      each.hitRate,
      each.falsePeaks,
      each.rmse,
      each.rmseOverBound,
      each.refinedRmseOverBound,
      each.operations,
      each.spikesPerUnit,
      energyOf(each.name, '45nm-int8')?.nanojoules ?? null,
      energyOf(each.name, '45nm-int8')?.equalBitsRatio ?? null,
      energyOf(each.name, 'spinnaker-2')?.ratio ?? null,
    ]),
  };
}

/** How often two equal sources are told apart: a row for each method, a column for each ratio and distance. */
export function resolutionTable({ resolution = [] }: Retrieval): Table {
  const names = [...new Set(resolution.map(({ name }) => name))];
  const cells = resolution.filter(({ name }) => name === names[0]);
  return {
    caption: 'Share of trials in which two equal sources are told apart',
    columns: [
      textColumn('method'),
      ...cells.map(({ snr, separation }) =>
        percentColumn(`resolved_${snr}_${separation}`, `${snr} dB ${separation}/M`),
      ),
    ],
    rows: names.map((name) => [
      name,
      ...resolution.filter((each) => each.name === name).map(({ resolved }) => resolved),
    ]),
  };
}

/** Sources that methods found in own snapshots. */
export function foundTable({ methods, sensors }: Retrieval, shown: number): Table {
  const axes = sensors.map((_, axis) =>
    numberColumn(`frequency_${axis}`, sensors.length > 1 ? `f${axis + 1}` : 'frequency', 5),
  );
  return {
    caption: 'Sources that were found, refined',
    columns: [
      textColumn('method'),
      numberColumn('snapshot', 'snapshot', 0),
      ...axes,
      numberColumn('magnitude', 'magnitude', 3),
    ],
    rows: methods.flatMap(({ name, found = [] }) =>
      found
        .slice(0, shown)
        .flatMap((sources, i) =>
          sources.map(({ frequency, amplitude }) => [name, i, ...frequency, Math.hypot(...amplitude)]),
        ),
    ),
    grouped: true,
  };
}
