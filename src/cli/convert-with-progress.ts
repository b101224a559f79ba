import { type ConvertedNetwork, type ConvertSettings, convertNetwork } from '../jobs/convert-network.ts';
import type { Network } from '../opening/open-network.ts';
import { printNotice } from './print-notice.ts';
import { withProgress } from './with-progress.ts';

/** Converts a network, showing progress. */
export function convertWithProgress(network: Network, settings: ConvertSettings): Promise<ConvertedNetwork> {
  return withProgress((show) =>
    convertNetwork(network, {
      ...settings,
      onNotice: printNotice,
      onProgress: ({ stage, done, total }) =>
        show({
          label: 'calibrating',
          done,
          total,
          unit: 'images',
          note: stage === 'calibrating' ? '' : `(${stage})`,
        }),
    }),
  );
}
