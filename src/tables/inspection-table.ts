import { type Table, textColumn } from './table.ts';

/** A spike site as an inspection tells it. */
interface InspectedSite {
  readonly name: string;
  readonly neuron?: string | undefined;
  readonly feeds: readonly string[];
  readonly follows: readonly string[];
}

/** Where a network has, or would get, spikes. */
export function inspectionTable(sites: readonly InspectedSite[]): Table {
  return {
    caption: `${sites.length} spike sites`,
    columns: [
      textColumn('site', 'spike site'),
      textColumn('neuron'),
      textColumn('feeds'),
      textColumn('follows'),
    ],
    rows: sites.map(({ name, neuron = '', feeds, follows }) => [
      name,
      neuron,
      feeds.join(', '),
      follows.join(', '),
    ]),
  };
}
