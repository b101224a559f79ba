import type { Diagnosis } from '../results/diagnosis-result.ts';
import { type Column, numberColumn, percentColumn, type Table, textColumn } from './table.ts';

const columns: readonly Column[] = [
  textColumn('site'),
  percentColumn('own_error', 'own'),
  percentColumn('inherited_error', 'inherited'),
  percentColumn('total_error', 'in all'),
  { ...percentColumn('saturated', 'saturated'), digits: 2 },
  percentColumn('dead', 'dead'),
  numberColumn('outlier_channels', 'outliers', 0),
];

/** What every site loses. */
export function diagnosisTable({ sites, images, steps }: Diagnosis): Table {
  const alone = sites.some(({ logitError }) => logitError !== undefined);
  return {
    caption: `relative errors after ${steps} steps on ${images} images`,
    columns: [...columns, ...(alone ? [percentColumn('logit_error', 'logits')] : [])],
    rows: sites.map(({ name, error, saturated, dead, outliers, logitError }) => [
      name,
      error.own,
      error.inherited,
      error.total,
      saturated,
      dead,
      outliers?.count ?? null,
      ...(alone ? [logitError ?? null] : []),
    ]),
  };
}
