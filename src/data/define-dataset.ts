import type { DataLocation } from './data-location.ts';
import type { Dataset, DatasetOptions, Reading } from './dataset.ts';

/** An option that only some kinds understand. */
export type KindOption = Exclude<
  keyof DatasetOptions,
  'limit' | 'needsLabels' | 'targets' | 'classes' | 'reads' | 'purpose'
>;

/** One kind of data set: how to tell it and how to open it. */
export interface DatasetKind {
  /** Name in kebab case. */
  name: string;
  /** What has to be at the path, in a few words, for error messages and the documentation. */
  summary: string;
  /** What its samples are. Default: pictures or arrays */
  gives?: Reading;
  /** The options that the kind makes use of; any other is refused. */
  accepts: readonly KindOption[];
  /** Whether a text stands for data of this kind that lie in no file, such as generated ones. Default: none does */
  isAddress?(text: string): boolean;
  /** Whether the location holds this kind. Kinds are asked in the order of the list. */
  matches(location: DataLocation): boolean | Promise<boolean>;
  /** The same address independent of the working directory, where it names files. Default: as it is */
  absolute?(address: string, resolve: (path: string) => string): string;
  /**
   * Opens the data set.
   *
   * @param openOther opens the data set that this one is made of
   * @throws DataError if something is missing or wrong
   */
  open(
    location: DataLocation,
    options: DatasetOptions,
    openOther: (path: string, options: DatasetOptions) => Promise<Dataset>,
  ): Promise<Dataset>;
}

/** Declares a kind of data set. */
export function defineDataset(kind: DatasetKind): DatasetKind {
  return kind;
}
