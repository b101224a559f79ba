/** What stands in a cell: text, a number, the bounds of an interval; null where nothing is known. */
export type Cell = string | number | null | Interval;

/** Bounds of an interval. */
export type Interval = readonly [number, number];

/** A column of a table. */
export interface Column {
  /** Its name in CSV and JSON. */
  readonly key: string;
  /** Its head where people read, a few letters. */
  readonly head: string;
  /** Unit of what is shown, for example `%`. Default: none. */
  readonly unit?: string;
  /** `interval` takes two columns of CSV. */
  readonly kind: 'text' | 'number' | 'interval';
  /** Factor from a value to what people read, for example 100 for percent. CSV and JSON keep the value. Default 1. */
  readonly scale?: number;
  /** Digits behind the point where people read. Default: as many as give the largest value of the column four that matter, at most three. */
  readonly digits?: number;
  /** Whether it is left out of a terminal that is too narrow. Default false. */
  readonly spare?: boolean;
}

/** A table before it has a form. */
export interface Table {
  /** What it shows, in a few words. */
  readonly caption: string;
  readonly columns: readonly Column[];
  /** One cell for each column. */
  readonly rows: readonly (readonly Cell[])[];
  /** Whether the first column says to which group a row belongs. Default false. */
  readonly grouped?: boolean;
}

/** A column of text. */
export function textColumn(key: string, head = key): Column {
  return { key, head, kind: 'text' };
}

/** A column of shares, which people read in percent. */
export function percentColumn(key: string, head: string): Column {
  return { key, head, unit: '%', kind: 'number', scale: 100, digits: 1 };
}

/** The column of the 95 % intervals of the one before it. */
export function intervalColumn({ key, unit, scale, digits }: Column): Column {
  return {
    key: `${key}_interval`,
    head: '95 %',
    kind: 'interval',
    ...(unit !== undefined && { unit }),
    ...(scale !== undefined && { scale }),
    ...(digits !== undefined && { digits }),
  };
}

/** A column of numbers. @param digits behind the point; default: four digits of the largest number matter */
export function numberColumn(key: string, head = key, digits?: number): Column {
  return { key, head, kind: 'number', ...(digits !== undefined && { digits }) };
}
