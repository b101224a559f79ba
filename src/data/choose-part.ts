import type { DatasetOptions } from './dataset.ts';

/** Parts of a data set in the order in which they are taken, by what for. */
const orders = {
  measuring: ['test', 'val', 'validation'],
  calibration: ['train', 'test', 'val', 'validation'],
} as const;

/**
 * The part of a data set to open: the one that is named, else the first there is for the purpose, so that nothing is calibrated on what
 * will be measured on.
 *
 * @param isThere whether the data set has a part
 * @returns the first choice where there is none of them
 */
export function choosePart(
  { split, purpose = 'measuring' }: Pick<DatasetOptions, 'split' | 'purpose'>,
  isThere: (part: string) => boolean,
): string {
  return split ?? orders[purpose].find(isThere) ?? orders.measuring[0];
}
