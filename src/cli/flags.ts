import type { Means } from '../errors.ts';

/** What the command line calls the options and functions of the library that errors speak of. */
export const flags: Readonly<Record<Means, string>> = {
  batchSize: '--batch',
  bundle: '--bundle',
  calibration: '--calibrate',
  convert: 'transpike convert',
  data: '--data',
  externalData: '--external-data',
  folder: '--run',
  force: '--force',
  labels: '--labels',
  memoryMB: '--memory',
  quantised: '--no-quantised',
  split: '--split',
  steps: '-T',
  thresholds: '--thresholds',
  workers: '--workers',
};
